"""`python3 evaluate.py MODEL_FOLDER [device]`: held-out loss, samples, parse and stop rates, golden.json. Uses reference.py only."""
import ast
import json
import math
import os
import random
import re
import signal
import sys
import tempfile
import time

import sentencepiece
import torch

import seed_gen
from reference import Reference

PROMPTS = """Write a Python function that adds two numbers|Write a function that reverses a string|Write a Python function to check if a number is prime.|fibonacci|Write a function that merges two dictionaries.
Create a class Dog with name and age|hello world|How do I read a file in Python?|Write a function that counts the words in a string.|Write a function that returns the largest number in a list
Implement binary search|Write a decorator that measures time.|Who are you?|What is the capital of France?|Write a function that converts hours to minutes.|Write a function called shout that converts a string to uppercase
Write a JavaScript function that adds two numbers.|Write a program that prints the numbers from 5 to 50|Write a function that removes punctuation and then counts the words in a text|Write a function that finds the longest palindrome in a list of words.""".replace("\n", "|").split("|")
CHATS = [["Write a function that adds two numbers.", "Now add type hints."], ["Write a function that checks if a word is a palindrome", "Write a test for it"], ["Write a function that reverses a list.", "Explain it"],
         ["Write a function that sums a list.", "Rename it to total_up"]]


class Chat:
    def __init__(self, folder, device="cpu"):
        self.sp = sentencepiece.SentencePieceProcessor(model_file=f"{folder}/tokenizer.model.v3")
        self.ref = Reference(folder, device)

    def prompt(self, turns):
        """[user, answer, user, ...] -> ids of the v3 template"""
        ids = [1]
        for i, t in enumerate(turns):
            ids += [3, *self.sp.encode(t), 4] if i % 2 == 0 else [*self.sp.encode(t), 2]
        return ids

    def ask(self, many, **kw):
        n = 256 if self.ref.device != "cpu" else 12                      # small batches stay in a CPU's cache
        out = [o for i in range(0, len(many), n) for o in self.ref.generate([self.prompt(t) for t in many[i:i + n]], **kw)]
        return [(self.sp.decode([i for i in o if i != 2]), o[-1] == 2) for o in out]


def blocks(text):
    return re.findall(r"```python\n(.*?)\n?```", text, re.S)


def parses(text):
    try:
        return all([ast.parse(b) for b in blocks(text)]) and bool(blocks(text))
    except (SyntaxError, ValueError):
        return False


def late(*_):
    raise TimeoutError


def main(folder, device="cpu"):
    signal.signal(signal.SIGALRM, late)
    chat = Chat(folder, device)
    t0 = time.time()
    ids = chat.sp.encode(open(f"{folder}/heldout.txt", encoding="utf-8").read())
    W = 1024
    rows = [[1, *ids[i:i + W - 1]] for i in range(0, len(ids) - W + 2, W - 1)]
    nll = chat.ref.nll(rows)
    print(time.strftime("%H:%M:%S"), f"heldout.txt: {len(ids)} tokens, {len(rows)} windows of {W}: {nll:.4f} nats a token, perplexity {math.exp(nll):.2f}", flush=True)
    here = os.getcwd()
    os.chdir(tempfile.mkdtemp())                                         # the model's functions may write files
    # templates that no training sample has
    rng = random.Random(4242)
    items = []
    while len(items) < 240:
        t = seed_gen.pick(rng)
        it, q, a, _, _ = seed_gen.first_turn(t, rng, True)
        items.append((t, q, a))
    for temp in (0.0, 0.3, 0.7):
        out = chat.ask([[q] for _, q, _ in items], temperature=temp, max_new=300, seed=1)
        ok, stop = sum(parses(o) for o, _ in out), sum(s for _, s in out)
        works = same = runs = 0
        for (t, q, a), (o, s) in zip(items, out):
            same += o.split("```")[0].replace("Sure! ", "").replace("a Python ", "a ") == seed_gen.intro(seed_gen.Item(t, rng), random.Random(2)).replace("Sure! ", "").replace("a Python ", "a ")
            if t["kind"] == "function" and t["ex"]:
                runs += 1
                signal.alarm(2)                                          # the model's code may loop
                try:
                    want = [eval(e, ns) for ns in [{}] if not exec(t["code"], ns) for e in t["ex"]]
                    ns = {}
                    assert all(isinstance(n, (ast.Import, ast.ImportFrom, ast.FunctionDef)) for n in ast.parse(blocks(o)[0]).body)
                    exec(blocks(o)[0], ns)
                    m = re.findall(r"^def (\w+)", blocks(o)[0], re.M)[-1]
                    got = [eval(seed_gen.rename(e, [(seed_gen.main_name(t), m)]), ns) for e in t["ex"]]
                    works += want == got
                except Exception:
                    pass
                signal.alarm(0)
        print(f"temperature {temp}: {len(items)} held-out wordings: answer parses {ok} ({100 * ok / len(items):.1f} %), stops {stop} ({100 * stop / len(items):.1f} %), names the right task {same}, right result on the example {works} of {runs}", flush=True)
    os.chdir(here)
    print(f"[{time.time() - t0:.0f} s]")
    for temp in (0.0, 0.5):
        print(f"\n######## temperature {temp}")
        for q, (o, s) in zip(PROMPTS, chat.ask([[q] for q in PROMPTS], temperature=temp, max_new=300, seed=3)):
            print(f"\n>>> {q}\n{o}{'' if s else ' [did not stop]'}")
    print("\n######## two turns, greedy")
    firsts = chat.ask([[c[0]] for c in CHATS])
    seconds = chat.ask([[c[0], f[0], c[1]] for c, f in zip(CHATS, firsts)])
    for c, f, s in zip(CHATS, firsts, seconds):
        print(f"\n>>> {c[0]}\n{f[0]}\n>>> {c[1]}\n{s[0]}{'' if s[1] else ' [did not stop]'}")


def golden(folder, out):
    """Prompt ids, 32 greedy ids and the margin between the two largest logits, from the f32 recurrence on the CPU."""
    chat = Chat(folder)
    res = []
    for q in ["Write a Python function that adds two numbers", "Write a function that reverses a string", "Implement binary search"]:
        ids, state, new, margin = chat.prompt([q]), chat.ref.state(1), [], []
        with torch.no_grad():
            for t in ids:
                lg = chat.ref.step(torch.tensor([t]), state)
            while len(new) < 32:
                top = lg[0].topk(2)
                new.append(top.indices[0].item())
                margin.append(round((top.values[0] - top.values[1]).item(), 4))
                if new[-1] == 2:
                    break
                lg = chat.ref.step(torch.tensor([new[-1]]), state)
        res.append(dict(prompt=q, prompt_ids=ids, greedy_ids=new, margins=margin, text=chat.sp.decode(new)))
    json.dump(dict(note="sequential float32 recurrence over the bf16 weights (reference.py); margins: largest minus second largest logit", cases=res), open(out, "w"), indent=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
    golden(sys.argv[1], f"{sys.argv[1]}/training/golden.json")
