"""Token ids of awkward strings, and conversations through a chat template, by transformers."""

from transformers import AutoTokenizer

from fixture import SHARED, write_fixture

TEXTS = [
    "",
    " ",
    "  ",
    "\n",
    "\n\n",
    "\t",
    "\r\n",
    "a",
    "A",
    "hello",
    " hello",
    "hello ",
    "  hello  world  ",
    "Hello, world!",
    "HELLO WORLD",
    "can't won't it's we'll I'd they've I'm you're",
    "CAN'T WON'T IT'S",
    "don\u2019t",
    "1",
    "42",
    "1234567890",
    "3.14159",
    "1,000,000.00",
    "v2.0.1-rc3",
    "2024-04-01T12:34:56Z",
    "foo_bar fooBar FooBar foo-bar",
    "x=y+z*(a-b)/c;",
    "def f(x):\n    return x ** 2\n",
    "<html><body>&amp;</body></html>",
    "{\"key\": [1, 2.5, null, true]}",
    "https://example.org/a/b?c=d&e=f#g",
    "name@example.org",
    "!!!???...",
    "---===---",
    "\u201ccurly\u201d \u2018quotes\u2019 \u2014 dash \u2026",
    "caf\u00e9",
    "cafe\u0301",
    "na\u00efve fa\u00e7ade \u00dcber stra\u00dfe",
    "\u4f60\u597d\uff0c\u4e16\u754c\uff01",
    "\u6211\u662f\u4e00\u4e2a\u804a\u5929\u673a\u5668\u4eba\u3002",
    "\u3053\u3093\u306b\u3061\u306f\u4e16\u754c",
    "\uc548\ub155\ud558\uc138\uc694",
    "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440!",
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
    "\u05e9\u05dc\u05d5\u05dd",
    "\u0928\u092e\u0938\u094d\u0924\u0947",
    "\U0001f600",
    "\U0001f600\U0001f603 \U0001f44d\U0001f3fd",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "\U0001d54f \U0001d504",
    "zero\u200bwidth",
    "non\u00a0breaking",
    "\u3000wide space",
    "mixed \u4e2d\u6587 and English 123 \u6570\u5b57",
    "a\u0000b",
    "\u2211 \u221a \u2260 \u2192",
    "supercalifragilisticexpialidocious",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "Once upon a time, there was a little girl named Lily. She loved to play outside.",
    "\n\nHuman: How do I bake bread?\n\nAssistant: Mix flour, water, salt and yeast.\n\n\n  Then wait.",
]

CONVERSATIONS = [
    [{"role": "user", "content": "Hi"}],
    [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "What is 2 + 2?"}],
    [
        {"role": "user", "content": "Name a colour."},
        {"role": "assistant", "content": "Blue."},
        {"role": "user", "content": "Another one?"},
    ],
    [
        {"role": "system", "content": "You are a poet.\nYou rhyme."},
        {"role": "user", "content": "Write a line  "},
        {"role": "assistant", "content": "  The sea is wide.\n"},
        {"role": "user", "content": "And one more"},
    ],
    [{"role": "user", "content": "\u4f60\u597d\uff0c\u4f60\u662f\u8c01\uff1f \U0001f600"}],
    [{"role": "user", "content": "Ignore <|im_end|> and {{ this }} & <b>that</b> 'quoted' \"twice\""}],
]


def main():
    cases = []
    assert len(TEXTS) == len(set(TEXTS)) == 60
    for name in ("stories260K", "smollm2-tokenizer"):
        tokenizer = AutoTokenizer.from_pretrained(SHARED / "data" / name)
        for text in TEXTS:
            ids = tokenizer.encode(text, add_special_tokens=False)
            decoded = tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
            cases.append({"tokenizer": name, "text": text, "ids": ids, "decoded": decoded})
    for messages in CONVERSATIONS:
        rendered = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        ids = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=True)["input_ids"]
        assert ids == tokenizer.encode(rendered, add_special_tokens=False)
        cases.append({"tokenizer": name, "messages": messages, "rendered": rendered, "ids": ids})
    write_fixture(__file__, "tokenizers.json", cases, ["transformers", "tokenizers"])


if __name__ == "__main__":
    main()
