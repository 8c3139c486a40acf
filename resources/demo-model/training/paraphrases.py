"""Requests written by hand after the training, in words that the seeds do not use: (request, expression on the answer's
last function F, wanted result). `python3 paraphrases.py MODEL_FOLDER` also checks evaluate.py's scoring on swapped answers."""
import ast
import os
import re
import signal
import sys
import tempfile

CASES = [
    ("Give a string back to front", "F('abc')", "cba"), ("I have two ints and want their total", "F(2, 3)", 5), ("Total up everything in an array", "F([1, 2, 3])", 6),
    ("Tell me whether an integer has no divisors besides one and itself", "F(7)", True), ("function for the biggest entry in an array", "F([3, 9, 2])", 9), ("How many of the letters a, e, i, o, u are in some text?", "F('hello')", 2),
    ("Does a word read the same in both directions?", "F('level')", True), ("get rid of repeated entries in a list", "F([1, 1, 2])", [1, 2]), ("turn a list of lists into one list", "F([[1], [2]])", [1, 2]),
    ("temperature conversion from C to F", "F(100)", 212.0), ("arrange a list so that small numbers come first", "F([3, 1, 2])", [1, 2, 3]), ("How many words does a sentence have?", "F('a b c')", 3),
    ("Do two words consist of the same letters?", "F('listen', 'silent')", True), ("does February have 29 days in a given year", "F(2024)", True), ("the middle value of a sorted list of numbers", "F([5, 1, 3])", 3),
    ("make every letter big in a string", "F('abc')", "ABC"), ("put two dicts together", "F({'a': 1}, {'b': 2})", {"a": 1, "b": 2}), ("biggest number that divides both of two integers", "F(12, 18)", 6),
    ("n * (n-1) * ... * 1", "F(5)", 120), ("flip the rows and columns of a grid", "F([[1, 2], [3, 4]])", [[1, 3], [2, 4]]), ("list backwards", "F([1, 2, 3])", [3, 2, 1]),
    ("I need the smallest item in my list of numbers", "F([3, 9, 2])", 2), ("what do I write to multiply x and y", "F(4, 5)", 20), ("How do I find out if n is even", "F(4)", True),
    ("Count how many times each word shows up in a paragraph", "F('a b a')", {"a": 2, "b": 1}), ("shared elements of two arrays", "F([1, 2, 3], [2, 3, 4])", [2, 3]), ("kilometers into miles please", "round(F(10), 2)", 6.21),
    ("typical value (mean) of some numbers", "F([2, 4, 6])", 4), ("cut a list into pieces of length k", "F([1, 2, 3], 2)", [[1, 2], [3]]), ("take away all the whitespace in a string", "F('a b c')", "abc"),
]
# written after the wordings MORE in seed_tasks.py and after the last training run: the cleaner number
FRESH = [
    ("I got a name and want the letters in the opposite order", "F('abc')", "cba"), ("what's the result of one number added to another", "F(2, 3)", 5), ("Which entry of my list is the highest?", "F([3, 9, 2])", 9),
    ("can 13 only be divided by 1 and 13? write a check", "F(13)", True), ("throw out everything that occurs twice in a list", "F([1, 1, 2])", [1, 2]), ("count the space-separated words of a line", "F('a b c')", 3),
    ("check that a phrase is spelled identically from both ends", "F('level')", True), ("I want a dict that has the contents of two other dicts", "F({'a': 1}, {'b': 2})", {"a": 1, "b": 2}), ("shrink nested lists to one level", "F([[1], [2]])", [1, 2]),
    ("what arithmetic gives fahrenheit for a celsius value", "F(100)", 212.0), ("numbers sorted upwards", "F([3, 1, 2])", [1, 2, 3]), ("are these two words made from identical letters", "F('listen', 'silent')", True),
    ("lowest of a bunch of numbers", "F([3, 9, 2])", 2), ("multiply everything from one up to n", "F(5)", 120), ("what is the average grade in a list of grades", "F([2, 4, 6])", 4), ("convert text to all capital letters", "F('abc')", "ABC"),
    ("list items which two lists both contain", "F([1, 2, 3], [2, 3, 4])", [2, 3]), ("is 8 even? give me a function", "F(8)", True), ("write me minutes to seconds", "F(2)", 120), ("return x cubed", "F(3)", 27),
]


def main(folder):
    import torch
    torch.set_num_threads(1)
    import evaluate
    import seed_gen
    signal.signal(signal.SIGALRM, evaluate.late)
    chat = evaluate.Chat(folder)
    os.chdir(tempfile.mkdtemp())                                         # the model's functions may write files
    def right(answer, expr, want):
        signal.alarm(2)
        try:
            ns, code = {}, evaluate.blocks(answer)[0]
            if not all(isinstance(n, (ast.Import, ast.ImportFrom, ast.FunctionDef)) for n in ast.parse(code).body):
                return False                                             # definitions only: never run a script
            exec(code, ns)
            ns["F"] = ns[re.findall(r"^def (\w+)", code, re.M)[-1]]
            return bool(eval(expr, ns) == want)
        except Exception:
            return False
        finally:
            signal.alarm(0)

    for title, cases in (("seen while MORE was written", CASES), ("fresh", FRESH)):
        out = chat.ask([[q] for q, _, _ in cases], max_new=220)
        ok = [right(o, e, w) for (_, e, w), (o, _) in zip(cases, out)]
        swapped = [right(out[(i + 11) % len(out)][0], e, w) for i, (_, e, w) in enumerate(cases)]
        print(f"{title}: {len(cases)} paraphrases, greedy: right result {sum(ok)}, parses {sum(evaluate.parses(o) for o, _ in out)}, stops {sum(s for _, s in out)}; "
              f"control, each request scored with another one's answer: {sum(swapped)}", flush=True)
        for (q, _, _), (o, _), k in zip(cases, out, ok):
            print("  ", "ok   " if k else "WRONG", q, "->", o.split("\n")[0][:110], flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
