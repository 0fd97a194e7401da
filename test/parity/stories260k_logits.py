"""What transformers computes with the stories260K model: ids, logits, log-probabilities, a greedy continuation."""

import torch
from transformers import AutoTokenizer, LlamaForCausalLM

from fixture import SHARED, rounded, write_fixture

PROMPTS = [
    "",
    " ",
    "a",
    "Once upon a time",
    "Once upon a time, there was a little girl named Lily.",
    "Lily and Tom went to the park. They saw a big dog",
    "The cat sat on the mat and",
    'Mom said, "No, you cannot have the cookie!"',
    "One day, a bird found a shiny red ball in the tall grass near the river",
    "He was very sad because",
    "She was happy.",
    "hello",
    "Hello, world!",
    "HELLO WORLD",
    "1 + 1 = 2",
    "3.14159 and 2.71828",
    "The end.",
    "  leading spaces",
    "trailing spaces  ",
    "two  spaces   three",
    "a line\nand another line",
    "\n\nHuman: What is a dog?\n\nAssistant:",
    "tab\tseparated\twords",
    "caf\u00e9 au lait",
    "na\u00efve r\u00e9sum\u00e9",
    "\u4f60\u597d\uff0c\u4e16\u754c",
    "\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8",
    "\u041f\u0440\u0438\u0432\u0435\u0442",
    "\u0645\u0631\u062d\u0628\u0627",
    "\U0001f600 smiles",
    "\U0001f469\u200d\U0001f680 flies",
    "e\u0301 is e with an accent",
    "\u201ccurly quotes\u201d \u2014 and a dash\u2026",
    "x",
    "zzzzzzzzzz",
    "qxjkvbz",
    "the the the the the the the the",
    "dog dog dog dog",
    "I want to go to the",
    "It was a sunny day and the children played in the",
    "Ben liked to play with his toy car. He would push it on the floor and make",
    "There once was a mouse who lived in a small house. The mouse liked cheese. One day the mouse saw a cat."
    " The cat was big and had green eyes. The mouse ran to its hole and waited until night.",
    "The old man looked at the sea. He thought of the days when he was young and the fish were many. He smiled and"
    " went back to his home, where his wife waited with warm soup and bread. They ate and talked and laughed until"
    " the moon was high. Then they",
    "function f(x) { return x * 2; }",
    "{\"key\": [1, 2, 3]}",
    "<html>",
    "Why? Because! Really?!",
    "...",
    "UPPER lower MiXeD",
    "Tim's mom couldn't find the cat's toy, didn't she?",
]
GREEDY_TOKENS = 80


def main():
    folder = SHARED / "data" / "stories260K"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    assert len(PROMPTS) == len(set(PROMPTS)) == 50
    cases = []
    with torch.no_grad():
        for text in PROMPTS:
            ids = [tokenizer.bos_token_id] + tokenizer.encode(text, add_special_tokens=False)
            logits = model(torch.tensor([ids])).logits[0]  # [T, V]
            logprobs = logits.double().log_softmax(-1)[:-1].gather(1, torch.tensor(ids[1:]).view(-1, 1))[:, 0]
            cases.append(
                {
                    "text": text,
                    "ids": ids,
                    "logprobs": rounded(logprobs),
                    "lastLogits": rounded(logits[-1], 7),
                }
            )
        start = torch.tensor([[tokenizer.bos_token_id]])
        output = model.generate(
            start,
            attention_mask=torch.ones_like(start),
            max_new_tokens=GREEDY_TOKENS,
            do_sample=False,
            pad_token_id=tokenizer.pad_token_id,
        )[0, 1:].tolist()
    cases.append({"greedy": {"ids": output, "text": tokenizer.decode(output, skip_special_tokens=True)}})
    write_fixture(__file__, "stories260k-logits.json", cases, ["torch", "transformers", "tokenizers"])


if __name__ == "__main__":
    main()
