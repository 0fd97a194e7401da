"""Conversations and texts in tokens, with and without an answer, by transformers: many families, and three trained here."""

import json
import tempfile
from datetime import datetime as Datetime
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast
from transformers.utils import chat_template_utils

from fixture import SHARED, write_fixture

NOW = "2026-11-05T09:07:03"
GIVEN = ["smollm2-tokenizer", "stories260K"]

USERS = [
    "Hi",
    "  spaces around  ",
    "\n\nline feeds first",
    "line feeds last\n\n",
    "def f(x):\n    return x ** 2\n",
    "你好，世界！",
    "\U0001f600 \U0001f44d\U0001f3fd",
    "It's 1,234.50 €, isn't it?",
    "a <|im_end|> b </s> c",
    "{{ x }} {% if y %} <b>&amp;</b>",
    "\ttab\u00a0and cafe\u0301",
    "<think>hm</think> What now?",
    "Привет, мир",
]
ANSWERS = [
    "Hello!",
    " a space first",
    "\na line feed first",
    "spaces last  ",
    "a line feed last\n",
    "你好！",
    "\U0001f600",
    "42",
    "```py\nprint('x')\n```",
    "<b>bold</b>",
    "…and so on",
]
SYSTEMS = ["Be brief.", "You are a poet.\nYou rhyme.  "]
TEXTS = [
    ("The capital of Peru is", " Lima."),
    ("The capital of Peru is ", "Lima."),
    ("Hello wor", "ld"),
    ("x = (1 +", " 2)\n"),
    ("line\n", "\nnext"),
    ("你", "好"),
    ("cafe", "\u0301 au lait"),
    ("\U0001f469\u200d", "\U0001f467"),
    ("  two", "  more  "),
    ("Q: 12", "34"),
    ("", "from nothing"),
    ("nothing follows", ""),
]


def conversations():
    """40 of one to three turns, some with a system text, each with an answer to its last turn."""
    for i in range(40):
        messages = [{"role": "system", "content": SYSTEMS[i % 2]}] if i % 4 == 1 else []
        for turn in range(1 + i % 3):
            if turn > 0:
                messages.append({"role": "assistant", "content": ANSWERS[(i + 5 * turn) % len(ANSWERS)]})
            messages.append({"role": "user", "content": USERS[(i + 4 * turn) % len(USERS)]})
        yield messages, ANSWERS[i % len(ANSWERS)]


CHATML = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
BRACKETS = (
    "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}"
    "{% if m['role'] == 'user' %}{{ '[INST] ' + m['content'] | trim + ' [/INST]' }}"
    "{% else %}{{ ' ' + m['content'] | trim + eos_token }}{% endif %}{% endfor %}"
)
HEADERS = (
    "{{ bos_token }}{% for m in messages %}{{ '<|head|>' + m['role'] + '<|body|>\n\n' + m['content'] | trim + '<|eot|>' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|head|>assistant<|body|>\n\n' }}{% endif %}"
)


def trained():
    """Small tokenizers of the three usual kinds, as the files of a model directory."""
    corpus = [text for pair in TEXTS for text in pair] + USERS + ANSWERS + SYSTEMS + ["the quick brown fox jumps"] * 3

    # As GPT-2: bytes, no BOS; ChatML.
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    bpe.train_from_iterator(
        corpus,
        trainers.BpeTrainer(
            vocab_size=340,
            special_tokens=specials,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    yield "trained-bytes", bpe, {"eos_token": "<|endoftext|>", "chat_template": CHATML}

    # As Llama 2: SentencePiece's BPE with bytes for what is unknown; BOS from the post-processor; instructions in brackets.
    pieces = Tokenizer(models.BPE(byte_fallback=True, fuse_unk=True, unk_token="<unk>"))
    pieces.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    pieces.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    specials = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    pieces.train_from_iterator(corpus, trainers.BpeTrainer(vocab_size=420, special_tokens=specials, show_progress=False))
    # The bytes are pieces of the vocabulary, not tokens that are looked for in text.
    state = json.loads(pieces.to_str())
    state["added_tokens"] = [token for token in state["added_tokens"] if not token["content"].startswith("<0x")]
    pieces = Tokenizer.from_str(json.dumps(state))
    pieces.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    names = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    yield "trained-pieces", pieces, {**names, "chat_template": BRACKETS}

    # As T5 and its kin: Unigram; turns end with a token that is not EOS.
    unigram = Tokenizer(models.Unigram())
    unigram.normalizer = normalizers.NFKC()
    unigram.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    unigram.decoder = decoders.Metaspace(prepend_scheme="first")
    unigram.train_from_iterator(
        corpus,
        trainers.UnigramTrainer(
            vocab_size=300, special_tokens=["<unk>", "<s>", "</s>"], unk_token="<unk>", show_progress=False
        ),
    )
    # The trainer orders letters of equal counts otherwise in every run, by the fourth digit of their scores.
    state = json.loads(unigram.to_str())
    first, *scored = [state["model"]["vocab"][:3], *state["model"]["vocab"][3:]]
    state["model"]["vocab"] = first + sorted(
        ([piece, round(score, 1)] for piece, score in scored), key=lambda entry: (-entry[1], entry[0])
    )
    unigram = Tokenizer.from_str(json.dumps(state))
    unigram.add_special_tokens([AddedToken(text, special=True) for text in ["<|head|>", "<|body|>", "<|eot|>"]])
    yield "trained-unigram", unigram, {**names, "chat_template": HEADERS}


def load(folder):
    try:
        return AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except Exception:  # A class of the directory's own.
        return PreTrainedTokenizerFast.from_pretrained(folder)


def chat_case(tokenizer, name, number, messages, answer):
    case = {"tokenizer": name, "conversation": number}
    said = [*messages, {"role": "assistant", "content": answer}]
    try:
        prompt = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=True)["input_ids"]
        whole = tokenizer.apply_chat_template(said, return_dict=True)["input_ids"]
    except Exception as error:
        return {**case, "refused": type(error).__name__}
    shared = len(prompt) if whole[: len(prompt)] == prompt else 0
    return {**case, "prompt": prompt, "shared": shared, "rest": whole[shared:]}


def text_case(tokenizer, name, number, prompt, answer):
    """`end`: how many tokens hold nothing of the answer, by the offsets."""
    alone = tokenizer(prompt)["input_ids"]
    joined = tokenizer(prompt + answer, return_offsets_mapping=True)
    ends = [end for _, end in joined["offset_mapping"]]
    end = next((i for i, at in enumerate(ends) if at > len(prompt)), len(ends))
    return {"tokenizer": name, "text": number, "alone": alone, "ids": joined["input_ids"], "end": end}


def cases_of(name, tokenizer):
    yield {"tokenizer": name, "class": type(tokenizer).__name__, "eos": tokenizer.eos_token_id}
    if tokenizer.chat_template is not None:
        for number, (messages, answer) in enumerate(conversations()):
            yield chat_case(tokenizer, name, number, messages, answer)
    for number, (prompt, answer) in enumerate(TEXTS):
        yield text_case(tokenizer, name, number, prompt, answer)


class Clock(Datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromisoformat(NOW)


def main():
    chat_template_utils.datetime = Clock
    said = [{"messages": messages, "answer": answer} for messages, answer in conversations()]
    cases = [{"now": NOW, "conversations": said, "texts": TEXTS}]
    for name, tokenizer, config in trained():
        with tempfile.TemporaryDirectory() as folder:
            tokenizer.save(str(Path(folder) / "tokenizer.json"), pretty=False)
            config = {"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": False, **config}
            (Path(folder) / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
            cases.append({"tokenizer": name, "tokenizerJson": json.loads(tokenizer.to_str()), "tokenizerConfig": config})
            cases.extend(cases_of(name, load(folder)))
    families = sorted(path.name for path in (SHARED / "data" / "tokenizers").glob("*"))
    for name in [*GIVEN, *(f"tokenizers/{family}" for family in families)]:
        folder = SHARED / "data" / name
        if (folder / "tokenizer.json").exists():
            cases.extend(cases_of(name, load(folder)))
    write_fixture(__file__, "chat-tokens.json", cases, ["transformers", "tokenizers"])


if __name__ == "__main__":
    main()
