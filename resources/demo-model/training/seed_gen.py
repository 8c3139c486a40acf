"""Conversations out of the hand-written tasks and a few parameterised families: sample(rng) -> [(user, answer), ...]."""
import ast
import re

from seed_tasks import GREET, MORE, OFF_TOPIC, OTHER_HELLO, QA, SORRY, SYSTEMS, TASKS, WHO

DOUBLE = {"get", "swap", "split", "strip", "put", "cut", "run", "log", "zip", "flip", "sum", "map", "chunk"} - {"chunk"}
EXC = {"do": "does", "cache": "caches", "have": "has"}


def third(imp):
    v, _, rest = imp.partition(" ")
    low = v.lower()
    if low in EXC:
        t = EXC[low]
    elif v.endswith("y") and v[-2] not in "aeiou":
        t = v[:-1] + "ies"
    elif v.endswith(("s", "sh", "ch", "x", "zz")):
        t = v + "es"
    else:
        t = v + "s"
    return f"{t} {rest}" if rest else t


def gerund(imp):
    v, _, rest = imp.partition(" ")
    g = v + v[-1] + "ing" if v in DOUBLE else v[:-1] + "ing" if v.endswith("e") and not v.endswith("ee") else v + "ing"
    return f"{g} {rest}" if rest else g


# ---- code variants ----
def untyped(code):
    out = []
    for line in code.split("\n"):
        m = re.match(r"( *)((?:async )?def .*:)$", line)
        if m:
            f = ast.parse(m[2] + " pass").body[0]
            for a in [*f.args.args, *f.args.kwonlyargs, f.args.vararg, f.args.kwarg]:
                if a:
                    a.annotation = None
            f.returns = None
            line = m[1] + ast.unparse(f).split("\n")[0].replace("''", '""')
        out.append(line)
    return "\n".join(out)


def undocumented(code):
    return re.sub(r'^ +"""[^\n]*"""\n\n?', "", code, flags=re.M)


def main_name(t):
    if t["kind"] == "script":
        return None
    pat = r"^(?:async )?def (\w+)" if t["kind"] == "function" else r"^class (\w+)"
    names = re.findall(pat, t["code"], re.M)
    if t["kind"] == "class" and len(names) > 2:
        return None
    return names[-1]


CACHE = {}


def facts(t):
    """The untyped code and the results of the examples."""
    key = t["code"]
    if key not in CACHE:
        ns, ex = {}, []
        if t["ex"]:
            exec(t["code"], ns)
            ex = [(e, repr(eval(e, ns))) for e in t["ex"]]
        u = untyped(t["code"])
        if len(CACHE) > 5000:
            CACHE.clear()
        CACHE[key] = (u, [(e, r) for e, r in ex if len(e) + len(r) < 110])
    return CACHE[key]


def rename(text, pairs):
    for old, new in pairs:
        if old != new:
            text = re.sub(rf"(?<![\w.'\"]){re.escape(old)}(?!\w)", f"\0{new}\0", text)
    return text.replace("\0", "")


class Item:
    """One task with chosen names."""

    def __init__(self, t, rng, name=None):
        self.t, self.rng = t, rng
        self.main = main_name(t)
        self.u, self.ex = facts(t)
        self.pairs = []
        options = [self.main, self.main, self.main, *t["names"]]
        self.name = name or (rng.choice(options) if self.main else None)
        if self.main:
            self.pairs.append((self.main, self.name))
        if len(t["p"]) > 1 and rng.random() < 0.3:
            base = t["p"][0].split(",")
            new = rng.choice(t["p"]).split(",")
            if not any(re.search(rf"\b{n}\b", t["code"]) for n in new if n not in base) and set(base).isdisjoint([self.main]):
                self.pairs += list(zip(base, new))

    def code(self, typed=False, doc=True):
        c = self.t["code"] if typed else self.u
        return rename(c if doc else undocumented(c), self.pairs)

    def examples(self):
        return [(rename(e, self.pairs[:1]), r) for e, r in self.ex]

    def why(self):
        return rename(self.t["why"], self.pairs[1:]) if self.pairs[1:] else self.t["why"]

    def args(self):
        m = re.search(rf"^def {self.name}\((.*)\)", self.code(), re.M)
        return m[1] if m else ""

    def can_type(self):
        return self.t["kind"] == "function" and self.t["code"] != self.u

    def can_doc(self):
        return '"""' in self.t["code"]


# ---- phrasings ----
FUNCTION = """Write a Python function that {3}.|Write a function that {3}.|Write a Python function to {1}.|Write a function to {1}.|Create a function that {3}.
Create a Python function that {3}.|Create a function to {1}.|Implement a function that {3}.|Implement a function to {1}.|Implement a Python function that {3}.
Give me a function that {3}.|Give me a Python function to {1}.|Give me code to {1}.|Show me a function that {3}.|Show me how to {1}.|Show me how to {1} in Python.
I need a function that {3}.|I need a Python function to {1}.|I need to {1}.|I want to {1}.|I want a function that {3}.|Can you write a function that {3}?|Can you write a Python function to {1}?
Can you show me how to {1}?|Could you write a function that {3}?|Could you {1}?|How do I {1}?|How do I {1} in Python?|How can I {1}?|How can I {1} in Python?|How to {1}?|How to {1} in Python?
Please write a function that {3}.|Please write a Python function to {1}.|Please give me a function that {3}.|Please implement a function that {3}.|Write code to {1}.|Write Python code to {1}.|Write code that {3}.
Write Python code that {3}.|Write a program that {3}.|Write a Python program to {1}.|Write a script that {3}.|Write a Python script to {1}.|{1}.|{1} in Python.|Python function to {1}|python function that {3}|function that {3}
function to {1}|Python code to {1}|code to {1}|Define a function that {3}.|Make a function that {3}.|Make a function to {1}.|Build a function that {3}.|Help me write a function that {3}.|Help me {1}.
Write me a function that {3}.|Write me a Python function to {1}.|In Python, write a function that {3}.|Using Python, {1}.|Write a simple function that {3}.|Write a short function to {1}.|Write a small Python function that {3}.
What is a Python function for {g}?|Code for {g}|I am looking for a function that {3}.|Is there a way to {1}?|What is the best way to {1} in Python?|Generate a function that {3}.|Generate Python code to {1}.
Write a method that {3}.|Write a def that {3}.|Provide a function that {3}.|Provide Python code to {1}.|Hi, write a function that {3}.|Hello, can you write a function that {3}?|Let's write a function that {3}.|Example of {g} in Python""".replace("\n", "|").split("|")
HELD = """I'd like a function that {3}.|Could you give me Python code to {1}?|Please create a function in Python that {3}.|Make me a function which {3}.|Can you please write code that {3}?
We need a Python function which can {1}.|Would you write a small function to {1}?""".replace("\n", "|").split("|")
TOPIC = """{t}|{t} in Python|{T} in Python.|Write {t}.|Write {t} in Python.|Implement {t}.|Implement {t} in Python.|Show me {t}.|Show me {t} in Python.|Give me {t} in Python.|Give me an example of {t}.|python {t}|Code for {t}
Can you write {t} in Python?|How do I write {t} in Python?|Create {t}.|Please write {t}.|Write code for {t}.|Write a Python function for {t}.|Write a function for {t}.|Write a program for {t}.|I need {t}.|example of {t}|Python code for {t}""".replace("\n", "|").split("|")
NAMED = """Write a function `{n}({a})` that {3}.|Write a Python function called {n} that {3}.|Write a function named {n} that {3}.|Write a function {n} that {3}.|Implement `{n}({a})`: {1}.|Implement {n}({a}), which {3}.
Create a function called `{n}` to {1}.|Write a function called {n} to {1}.|Write a Python function {n}({a}) to {1}.|Define {n}({a}) so that it {3}.|Can you write a function {n}({a}) that {3}?|Please write a function named `{n}` that {3}.""".replace("\n", "|").split("|")
CLASS = """Write a Python class for {w}.|Write a class for {w}.|Create a class for {w}.|Create a Python class for {w}.|Implement {w}.|Implement {w} in Python.|Implement {w} as a class.|Write {w} in Python.|Write a class that implements {w}.
Give me a class for {w}.|Show me a class for {w}.|Show me {w} in Python.|I need a class for {w}.|Can you write a class for {w}?|How do I implement {w} in Python?|How do I write a class for {w}?|Please write a class for {w}.|{w} in Python|class for {w}
Make a class for {w}.|Define a class for {w}.|Write me a class for {w}.|Build {w} in Python.|Python class for {w}|Write {w}.|Create {w}.""".replace("\n", "|").split("|")
CLASS_T = """Write a {t} class.|Create a {t} class.|Create a class {t}.|Implement a {t} class in Python.|Write a class called {t}.|Write a class named {t}.|{t} class|{t} class in Python|Python {t} class|Give me a {t} class.|Show me a {t} class.""".replace("\n", "|").split("|")
SCRIPT = """Write a Python program that {3}.|Write a program that {3}.|Write a Python program to {1}.|Write a program to {1}.|Write a script that {3}.|Write a Python script to {1}.|Write code that {3}.|Write Python code to {1}.|Write code to {1}.|How do I {1} in Python?
How do I {1}?|How can I {1}?|Show me how to {1}.|Show me how to {1} in Python.|Create a program that {3}.|Give me a program that {3}.|Give me code to {1}.|{1}|{1} in Python.|Can you write a program that {3}?|Please write a program that {3}.|I need a program that {3}.
Python code to {1}|code that {3}|Make a program that {3}.|Make a script to {1}.|Implement a program that {3}.|python program to {1}|Please {1}.|Write a small Python program that {3}.|Can you {1}?""".replace("\n", "|").split("|")
WORDS = "my do the get set run make new old user data item list text value number first last total main file line word name code test check calc find fast simple quick best load save parse process handle build update convert helper result input output score price count index key node tree path page color game team task step".split()


def cap(s):
    return s[:1].upper() + s[1:]


def finish(q, rng):
    """Small variations of a user's spelling."""
    q = q.replace("python python", "python")
    q = q if q[:1] == "`" else cap(q) if rng.random() < 0.9 else q
    r = rng.random()
    if q.endswith(".") and r < 0.35:
        q = q[:-1]
    elif q.endswith("?") and r < 0.15:
        q = q[:-1]
    if rng.random() < 0.08:
        q = q[:1].lower() + q[1:]
    if rng.random() < 0.03:
        q = q.lower() if "`" not in q else q
    return q


def new_name(rng):
    r = rng.random()
    if r < 0.2:
        return rng.choice(["f", "foo", "bar", "g", "func", "solve", "compute", "helper", "process", "calc", "run", "my_function", "my_func", "task", "demo"])
    return "_".join(rng.sample(WORDS, rng.choice([1, 2, 2, 2, 3]))) or "f"


def intro(it, rng):
    t, w = it.t, it.t["what"]
    if t["kind"] == "class":
        s = f"Here is a Python class for {w}:"
    elif t["kind"] == "script":
        s = f"Here is a Python program that {third(w)}:"
    else:
        s = f"Here is a Python function that {third(w)}:"
    r = rng.random()
    if r < 0.07:
        s = "Sure! " + s
    elif r < 0.14:
        s = s.replace("a Python ", "a ")
    elif r < 0.19:
        return ""
    return s + "\n\n"


def closing(it, rng):
    ex = it.examples()
    line = ""
    if ex:
        e, r = rng.choice(ex[:2]) if rng.random() < 0.3 else ex[0]
        line = f"For example, `{e}` returns `{r}`."
    r = rng.random()
    if line:
        if r < 0.6:
            return "\n\n" + line
        if r < 0.85 and it.t["why"]:
            return "\n\n" + it.why() + " " + line
        return ""
    return "\n\n" + it.why() if it.t["why"] and r < 0.65 else ""


def block(code, lang="python"):
    return f"```{lang}\n{code}\n```"


def ask(it, rng, held=False):
    """A user's wording for the task."""
    t, kind = it.t, it.t["kind"]
    w = t["what"] if not t["alt"] or rng.random() < 0.4 else rng.choice(t["alt"])
    if kind == "class":
        if t["topic"] and rng.random() < 0.3:
            c = rng.choice(t["topic"])
            return finish(rng.choice(CLASS_T if c[0].isupper() and " " not in c else TOPIC).replace("{t}", c).replace("{T}", cap(c)), rng)
        return finish(rng.choice(CLASS).replace("{w}", w), rng)
    if t["topic"] and rng.random() < 0.2 and not held:
        c = rng.choice(t["topic"])
        return finish(rng.choice(TOPIC).replace("{t}", c).replace("{T}", cap(c)), rng)
    tpl = rng.choice(HELD if held else SCRIPT if kind == "script" else FUNCTION)
    if held and kind == "script":
        tpl = rng.choice(["I'd like a program that {3}.", "Could you give me Python code to {1}?", "Can you please write code that {3}?"])
    return finish(tpl.replace("{3}", third(w)).replace("{1}", w).replace("{g}", gerund(w)), rng)


def answer(it, rng, typed=False, doc=True):
    return intro(it, rng) + block(it.code(typed, doc)) + closing(it, rng)


def first_turn(t, rng, held=False):
    """-> Item, question, answer, typed, doc"""
    r = rng.random()
    named = t["kind"] == "function" and r < 0.14 and not held
    it = Item(t, rng, new_name(rng) if named and rng.random() < 0.7 else None)
    if named and re.search(rf"\b{it.name}\b", t["code"]) and it.name != it.main:
        it = Item(t, rng)
    typed, doc = rng.random() < 0.12, rng.random() < 0.85
    if named:
        w = rng.choice([t["what"], *t["alt"]])
        q = rng.choice(NAMED).replace("{3}", third(w)).replace("{1}", w).replace("{n}", it.name).replace("{a}", it.args())
        if rng.random() < 0.4 and q.endswith("."):
            q = q[:-1]
    elif not held and rng.random() < 0.4:
        q = loose_ask(t, rng)
    else:
        q = ask(it, rng, held)
    extra = rng.random()
    if extra < 0.05 and it.can_type():
        typed = True
        q = q.rstrip(".?") + rng.choice([" with type hints", " and use type hints", ". Use type hints.", ", with types", " using type annotations"])
    elif extra < 0.09 and it.can_doc():
        doc = True
        q = q.rstrip(".?") + rng.choice([" with a docstring", ". Add a docstring.", ", with a docstring", " and document it"])
    elif extra < 0.11 and it.can_doc():
        doc = False
        q = q.rstrip(".?") + rng.choice([" without a docstring", ". No docstring, please.", " without comments"])
    if not it.can_type():
        typed = False
    return it, q, answer(it, rng, typed, doc), typed, doc


def test_code(it):
    return "\n".join([f"def test_{it.name}():"] + [f"    assert {e} == {r}" for e, r in it.examples()])


def follow_up(it, rng, typed, doc):
    """-> question, answer, typed, doc or None"""
    kinds = ["explain", "thanks", "other"]
    if it.can_type() and not typed:
        kinds += ["types"] * 3
    if it.can_doc() and not doc:
        kinds += ["doc"] * 4
    if it.examples() and it.t["kind"] == "function":
        kinds += ["test", "test", "use"]
    if it.t["kind"] == "function":
        kinds += ["rename", "explain"]
    k = rng.choice(kinds)
    dot = rng.choice([".", ""])
    if k == "types":
        q = rng.choice(["Now add type hints", "Add type hints", "Can you add type hints?", "Please add type annotations", "Add types", "Now with type hints", "Use type hints"])
        return q + ("" if q[-1] == "?" else dot), "Here is the function with type hints:\n\n" + block(it.code(True, doc)), True, doc
    if k == "doc":
        q = rng.choice(["Add a docstring", "Now add a docstring", "Can you add a docstring?", "Please document it", "Please add a docstring", "Document the code"])
        return q + ("" if q[-1] == "?" else dot), "Here it is with a docstring:\n\n" + block(it.code(typed, True)), typed, True
    if k == "test":
        q = rng.choice(["Write a test for it", "Add a test", "Write a unit test", "Now write a test", "Can you write a test?", "Please write a test for this function", "Test it"])
        return q + ("" if q[-1] == "?" else dot), "Here is a test:\n\n" + block(test_code(it)), typed, doc
    if k == "use":
        e, r = it.examples()[0]
        q = rng.choice(["How do I use it?", "Show me an example.", "Give me an example", "How do I call it?", "Show me how to use it"])
        return q, "Call it like this:\n\n" + block(f"print({e})") + f"\n\nThis prints `{r if r[:1] not in chr(39) + chr(34) else r[1:-1]}`.", typed, doc
    if k == "rename":
        n = new_name(rng)
        if re.search(rf"\b{n}\b", it.code()):
            return None
        q = rng.choice(["Rename it to {n}", "Rename the function to {n}", "Call it {n}", "Call it {n} instead", "Please rename it to `{n}`", "Change the name to {n}"]).replace("{n}", n)
        it.pairs[0] = (it.main, n)
        it.name = n
        return q + dot, "Here is the renamed function:\n\n" + block(it.code(typed, doc)), typed, doc
    if k == "explain":
        q = rng.choice(["Explain it", "How does it work?", "Can you explain that?", "Explain the code", "What does it do?", "Please explain", "Explain how it works", "Why does this work?"])
        return q + ("" if q[-1] == "?" else dot), explanation(it), typed, doc
    if k == "thanks":
        return rng.choice(["Thanks", "Thank you!", "Thanks!", "Great, thanks", "Perfect, thank you", "Nice"]), "You are welcome!", typed, doc
    return None


def explanation(it):
    w = it.t["what"]
    s = f"The class implements {w}." if it.t["kind"] == "class" else f"The program {third(w)}." if it.t["kind"] == "script" else f"The function {third(w)}."
    return s + (" " + it.why() if it.t["why"] else "")


def given_code(t, rng):
    """A single turn about code that the user shows."""
    it = Item(t, rng)
    c = it.code(False, rng.random() < 0.4)
    kinds = ["explain", "explain"]
    if it.can_type():
        kinds.append("types")
    if it.can_doc() and t["kind"] == "function":
        kinds.append("doc")
    if it.examples() and t["kind"] == "function":
        kinds.append("test")
    k = rng.choice(kinds)
    if k == "types":
        q, a = rng.choice(["Add type hints to this function:", "Add type hints:", "Can you add type hints to this code?"]), "Here is the function with type hints:\n\n" + block(it.code(True, '"""' in c))
    elif k == "doc":
        c = it.code(False, False)
        q, a = rng.choice(["Add a docstring to this function:", "Document this function:", "Write a docstring for this:"]), "Here it is with a docstring:\n\n" + block(it.code(False, True))
    elif k == "test":
        q, a = rng.choice(["Write a test for this function:", "Write a unit test for this:", "Test this function:"]), "Here is a test:\n\n" + block(test_code(it))
    else:
        q, a = rng.choice(["Explain this code:", "What does this code do?", "Explain this function:", "What does this do?", "Can you explain this code?", "Explain:"]), explanation(it)
    body = block(c) if rng.random() < 0.8 else c
    return [(q + "\n\n" + body, a) if rng.random() < 0.8 else (body + "\n\n" + q.rstrip(":"), a)]


# ---- families with parameters ----
UNITS = [("kilometers", "miles", 0.621371), ("miles", "kilometers", 1.60934), ("meters", "feet", 3.28084), ("feet", "meters", 0.3048), ("pounds", "kilograms", 0.453592),
         ("kilograms", "pounds", 2.20462), ("inches", "centimeters", 2.54), ("centimeters", "inches", 0.393701), ("hours", "minutes", 60), ("minutes", "seconds", 60), ("days", "hours", 24),
         ("hours", "seconds", 3600), ("weeks", "days", 7), ("years", "months", 12), ("liters", "gallons", 0.264172), ("gallons", "liters", 3.78541), ("grams", "ounces", 0.035274),
         ("kilograms", "grams", 1000), ("meters", "centimeters", 100), ("kilometers", "meters", 1000), ("dollars", "cents", 100), ("kilobytes", "bytes", 1024), ("yards", "meters", 0.9144)]
NOUNS = {"Car": "brand model year color speed", "Person": "name age email city", "Dog": "name breed age", "Cat": "name color age", "Book": "title author pages price", "Employee": "name salary position department",
         "Student": "name grade age school", "Product": "name price quantity", "Movie": "title year director rating", "House": "address rooms price", "Animal": "name species sound", "User": "username email password age",
         "Song": "title artist length", "City": "name country population", "Player": "name score level health", "Order": "number customer total", "Phone": "brand model price", "Country": "name capital population",
         "Customer": "name email phone", "Computer": "brand memory price", "Recipe": "title ingredients minutes", "Task": "title priority done", "Message": "sender text time", "Game": "title genre price", "Planet": "name mass radius",
         "Teacher": "name subject school", "Bike": "brand color gears", "Hotel": "name stars rooms", "Account": "owner balance number", "Point": "x y z", "Event": "title date place", "Box": "width height depth"}
TYPES = dict(year="int", age="int", pages="int", price="float", salary="float", quantity="int", rating="float", rooms="int", speed="float", population="int", score="int", level="int", health="int", number="int", total="float", memory="int",
             minutes="int", done="bool", mass="float", radius="float", gears="int", stars="int", balance="float", x="float", y="float", z="float", width="float", height="float", depth="float", length="float", priority="int", grade="float", ingredients="list")
PEOPLE = "Ann Bob Carla David Emma Frank Grace Henry Ivy Jack Kate Leo Maria Nina Oscar Paul Rosa Sam Tina Tom Alice John Mary Peter".split()
TEXTS = ["I love Python", "Good morning", "Hello there", "Welcome", "Python is fun", "How are you?", "Goodbye", "Good luck", "Hello, Sidewinder", "Have a nice day", "Nice to meet you", "It works", "Done", "Hello"]
FRUITS = ["apple", "banana", "cherry", "orange", "pear", "grape", "lemon", "mango", "kiwi", "plum"]
COLORS = ["red", "green", "blue", "yellow", "black", "white", "orange", "purple"]


def T(kind, what, code, ex="", why="", alt="", names=""):
    return dict(kind=kind, what=what, code=code, ex=ex.split(" ;; ") if ex else [], why=why, alt=[x for x in alt.split("|") if x], names=[x for x in names.split("|") if x], p=[], topic=[])


def num(rng):
    return rng.choice([2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 50, 100, rng.randint(2, 99), rng.randint(100, 999)])


def listing(xs, mark=""):
    xs = [mark + x + mark for x in xs]
    return xs[0] if len(xs) == 1 else ", ".join(xs[:-1]) + " and " + xs[-1]


def family(rng):
    k, n = rng.randrange(30), num(rng)
    c, d = rng.choice("abcdefghiklmnoprstuw"), rng.choice("xyz*-_")
    small = rng.randint(2, 12)
    if k == 0:
        return T("function", f"multiply a number by {n}", f'def multiply_by_{n}(x: float) -> float:\n    """Return x times {n}."""\n    return x * {n}', f"multiply_by_{n}(3)", "It uses the `*` operator.", f"return a number times {n}|multiply its argument by {n}")
    if k == 1:
        return T("function", f"add {n} to a number", f'def add_{n}(x: float) -> float:\n    """Return x plus {n}."""\n    return x + {n}', f"add_{n}(10)", "It uses the `+` operator.", f"return a number plus {n}|add {n} to its argument|increase a number by {n}")
    if k == 2:
        return T("function", f"subtract {n} from a number", f'def subtract_{n}(x: float) -> float:\n    """Return x minus {n}."""\n    return x - {n}', f"subtract_{n}(10)", "It uses the `-` operator.", f"return a number minus {n}|decrease a number by {n}")
    if k == 3:
        return T("function", f"check if a number is divisible by {n}", f'def is_divisible_by_{n}(x: int) -> bool:\n    """Return True if x is divisible by {n}."""\n    return x % {n} == 0', f"is_divisible_by_{n}({n * 3})", "It looks at the remainder of the division.", f"check whether a number is divisible by {n}|test if a number is a multiple of {n}|check if a number is a multiple of {n}")
    if k == 4:
        return T("function", f"return the multiples of {n} up to a limit", f'def multiples_of_{n}(limit: int) -> list[int]:\n    """Return the multiples of {n} up to limit."""\n    return list(range({n}, limit + 1, {n}))', f"multiples_of_{n}({n * 3})", "The third argument of `range` is the step.", f"list all multiples of {n} up to a limit|find the multiples of {n}")
    if k == 5:
        a = rng.choice([0, 1, 1, 1, 2, 5, 10])
        return T("script", f"print the numbers from {a} to {a + n}", f"for i in range({a}, {a + n + 1}):\n    print(i)", "", f"The end of `range` is not included, so that it is {a + n + 1}.", f"print numbers from {a} to {a + n}|loop from {a} to {a + n}|count from {a} to {a + n}|print all numbers between {a} and {a + n}")
    if k == 6:
        s = rng.choice(TEXTS)
        return T("script", f'print "{s}"', f'print("{s}")', "", "The function `print` writes the text to the screen.", f"print {s}|print the text \"{s}\"|print '{s}'")
    if k == 7:
        s, m = rng.choice(TEXTS), rng.randint(2, 20)
        return T("script", f'print "{s}" {m} times', f'for _ in range({m}):\n    print("{s}")', "", f"The loop runs {m} times.", f'print the text "{s}" {m} times|print {s} {m} times')
    if k in (8, 9):
        a, b, f = rng.choice(UNITS)
        return T("function", f"convert {a} to {b}", f'def {a}_to_{b}({a}: float) -> float:\n    """Convert {a} to {b}."""\n    return {a} * {f}', f"{a}_to_{b}(10)" if isinstance(f, int) else f"round({a}_to_{b}(10), 2)", f"It multiplies by {f}.", f"turn {a} into {b}|calculate the number of {b} in some {a}", f"convert_{a}_to_{b}|{a[:-1]}_to_{b[:-1]}")
    if k in (10, 11, 12):
        noun = rng.choice(list(NOUNS))
        attrs = NOUNS[noun].split()
        attrs = rng.sample(attrs, rng.randint(1, len(attrs)))
        low = ("an " if noun[0] in "AEIO" else "a ") + noun.lower()
        method = ""
        what = f"{low} with {listing(attrs)}"
        alt = f"{low} with the attributes {listing(attrs)}|{low} that has {listing(attrs)}|{low} with attributes {', '.join(attrs)}"
        if k == 12:
            body = "\n".join(f"    {x}: {TYPES.get(x, 'str')}" for x in attrs)
            return T("class", f"{low} dataclass with {listing(attrs)}".replace(low, low, 1), f'from dataclasses import dataclass\n\n\n@dataclass\nclass {noun}:\n    """{cap(low)} with {listing(attrs)}."""\n\n{body}', "", "The decorator `dataclass` writes `__init__` and `__repr__`.", f"{low} with {listing(attrs)} as a dataclass|{low} as a dataclass with {listing(attrs)}")
        if k == 11:
            show = ", ".join(f"{{self.{x}}}" for x in attrs)
            method = f'\n\n    def __str__(self):\n        return f"{noun}: {show}"'
            what = what + " and a string form"
            alt = f"{low} with {listing(attrs)} and a __str__ method|{low} with {listing(attrs)} that can be printed"
        body = "\n".join(f"        self.{x} = {x}" for x in attrs)
        return T("class", what, f'class {noun}:\n    """{cap(low)} with {listing(attrs)}."""\n\n    def __init__(self, {", ".join(attrs)}):\n{body}{method}', "", "The method `__init__` stores each argument in an attribute.", alt)
    if k == 13:
        return T("function", f"return the numbers of a list that are greater than {n}", f'def greater_than_{n}(numbers: list[float]) -> list[float]:\n    """Return the numbers greater than {n}."""\n    return [x for x in numbers if x > {n}]', f"greater_than_{n}([1, {n + 1}])", "A list comprehension keeps the large numbers.", f"filter a list for numbers greater than {n}|keep only numbers above {n}|find all numbers in a list larger than {n}")
    if k == 14:
        return T("function", f"return the numbers of a list that are less than {n}", f'def less_than_{n}(numbers: list[float]) -> list[float]:\n    """Return the numbers less than {n}."""\n    return [x for x in numbers if x < {n}]', f"less_than_{n}([1, {n + 1}])", "A list comprehension keeps the small numbers.", f"filter a list for numbers less than {n}|keep only numbers below {n}|find all numbers in a list smaller than {n}")
    if k == 15:
        return T("function", f"return the words of a list that are longer than {small} letters", f'def longer_than_{small}(words: list[str]) -> list[str]:\n    """Return the words longer than {small} letters."""\n    return [word for word in words if len(word) > {small}]', "", "A list comprehension keeps the long words.", f"filter words longer than {small} characters|find the words with more than {small} letters")
    if k == 16:
        return T("function", f'return the words of a list that start with "{c}"', f'def words_with_{c}(words: list[str]) -> list[str]:\n    """Return the words that start with {c}."""\n    return [word for word in words if word.startswith("{c}")]', "", "A list comprehension keeps the words with this first letter.", f"find all words that start with the letter {c}|filter words beginning with {c}|filter a list of words that start with '{c}'")
    if k == 17:
        return T("function", f'count the letter "{c}" in a string', f'def count_{c}(text: str) -> int:\n    """Return how often {c} occurs in text."""\n    return text.count("{c}")', f"count_{c}('banana')", "It uses the string method `count`.", f"count how many times the letter {c} occurs in a string|count the number of {c}'s in a word|count '{c}' in a string")
    if k == 18:
        return T("function", f'replace "{c}" with "{d}" in a string', f'def replace_{c}(text: str) -> str:\n    """Return text with {c} replaced by {d}."""\n    return text.replace("{c}", "{d}")', f"replace_{c}('banana')", "It uses the string method `replace`.", f"replace the letter {c} with {d}|replace all {c} in a string by {d}|replace '{c}' with '{d}'")
    if k == 19:
        what, expr, nm = rng.choice([("add the numbers from 1 to n", "i", "sum_to_n"), ("add the squares of the numbers from 1 to n", "i * i", "sum_of_squares"), ("add the cubes of the numbers from 1 to n", "i ** 3", "sum_of_cubes")])
        w2 = what.replace("add", "compute the sum of", 1)
        return T("function", what, f'def {nm}(n: int) -> int:\n    """Return the sum."""\n    return sum({expr} for i in range(1, n + 1))', f"{nm}(5)", "It adds one term for each number.", f"{w2}|{w2.replace('compute', 'return')}|{what.replace('add', 'sum', 1)}")
    if k == 20:
        return T("function", f"add {n} to each number in a list", f'def add_{n}_to_all(numbers: list[float]) -> list[float]:\n    """Return each number plus {n}."""\n    return [x + {n} for x in numbers]', f"add_{n}_to_all([1, 2])", "A list comprehension adds to each number.", f"add {n} to every element of a list|increase each number in a list by {n}")
    if k == 21:
        return T("function", f"multiply each number in a list by {n}", f'def multiply_all_by_{n}(numbers: list[float]) -> list[float]:\n    """Return each number times {n}."""\n    return [x * {n} for x in numbers]', f"multiply_all_by_{n}([1, 2])", "A list comprehension multiplies each number.", f"multiply every element of a list by {n}|scale a list of numbers by {n}")
    if k == 22:
        xs = rng.sample(FRUITS if rng.random() < 0.5 else COLORS, rng.randint(2, 4))
        nm = "fruits" if xs[0] in FRUITS and xs[0] != "orange" else "colors" if xs[0] in COLORS else "items"
        q = ", ".join(f'"{x}"' for x in xs)
        return T("script", f"print each of the {nm} {listing(xs)}", f"{nm} = [{q}]\nfor {nm[:-1]} in {nm}:\n    print({nm[:-1]})", "", "The loop visits each item of the list.", f"loop over the {nm} {listing(xs)}|make a list of {nm} with {listing(xs)} and print each one")
    if k == 23:
        lo = rng.randint(0, 10)
        return T("function", f"check if a number is between {lo} and {lo + n}", f'def in_range(x: float) -> bool:\n    """Return True if x is between {lo} and {lo + n}."""\n    return {lo} <= x <= {lo + n}', f"in_range({lo + 1})", "Comparisons can be chained.", f"check whether a number lies between {lo} and {lo + n}|test if a number is in the range {lo} to {lo + n}")
    if k == 24:
        return T("function", f"check if a number is greater than {n}", f'def is_greater_than_{n}(x: float) -> bool:\n    """Return True if x is greater than {n}."""\n    return x > {n}', f"is_greater_than_{n}({n + 5})", "It uses the `>` operator.", f"check whether a number is larger than {n}|test if a number is above {n}")
    if k == 25:
        p = rng.choice(PEOPLE)
        return T("script", f"say hello to {p}", f'name = "{p}"\nprint(f"Hello, {{name}}!")', "", "The f-string puts the name into the text.", f"greet {p}|print a greeting for {p}")
    if k == 26:
        v, r = rng.choice([(str(n), str(n)), ("True", "True"), ("False", "False"), (f'the string "{rng.choice(FRUITS)}"', None), ("an empty list", "[]"), ("None", "None"), ("an empty dictionary", "{}")])
        r = r or v[11:]
        shown = v if not v.isdigit() else "the number " + v
        return T("function", f"return {shown}", f'def get_value():\n    """Return {shown.replace(chr(34), chr(39))}."""\n    return {r}', "get_value()", "It always returns the same value.", f"always return {v}|just return {v}")
    if k == 27:
        xs = rng.sample(COLORS, rng.randint(2, 5))
        body = "\n".join(f"    {x.upper()} = {i}" for i, x in enumerate(xs, 1))
        return T("class", f"an enum with {listing(xs)}", f'from enum import Enum\n\n\nclass Color(Enum):\n    """Some colors."""\n\n{body}', "", "Each name is one member of the enum.", f"an enum of the colors {listing(xs)}|a Color enum with {listing(xs)}")
    if k == 28:
        a, b = rng.sample("name age city job color food hobby country".split(), 2)
        return T("function", f"take a {a} and a {b} and print them", f'def show({a}, {b}):\n    """Print the {a} and the {b}."""\n    print(f"{a}: {{{a}}}, {b}: {{{b}}}")', "", "The f-string puts both values into the text.", f"print a {a} and a {b}", f"print_{a}_and_{b}|show_{a}")
    what, expr, nm, typ = rng.choice([("convert a list of strings to upper case", "x.upper()", "upper_all", "str"), ("convert a list of strings to integers", "int(x)", "to_ints", "int"), ("convert a list of numbers to strings", "str(x)", "to_strings", "str"),
                                      ("return the length of each string in a list", "len(x)", "lengths", "int"), ("negate all numbers in a list", "-x", "negate_all", "float"), ("round all numbers in a list", "round(x)", "round_all", "int"), ("strip each string in a list", "x.strip()", "strip_all", "str"), ("reverse each string in a list", "x[::-1]", "reverse_all", "str")])
    return T("function", what, f'def {nm}(items: list) -> list[{typ}]:\n    """{cap(what)}."""\n    return [{expr} for x in items]', "", "A list comprehension does it for each item.")


# ---- freer wordings: synonyms, dropped words, typing errors ----
SYN = """string=text,str,word,piece of text;list=array,python list;numbers=ints,integers,values;number=integer,int,value;find=get,look for,determine,search for;compute=calculate,work out,figure out,get
return=give back,output,get,produce;check if=see if,test if,tell whether,find out if,know if,decide whether,verify that;check whether=see if,find out whether;remove=delete,drop,get rid of,take out,strip;largest=biggest,greatest,highest,max
smallest=lowest,tiniest,min;convert=turn,change,transform;dictionary=dict,map;dictionaries=dicts,maps;count=count up,tally,get the number of;reverse=flip,invert,turn around;merge=combine,join,put together;elements=items,entries,values
element=item,entry;duplicates=repeats,repeated values,double entries;sort=order,arrange,put in order;read=load,open;write=save,store;create=make,build;generate=make,produce;average=mean;sum=total;multiply=times;sentence=text,line;file=text file,document
uppercase=capital letters,caps;lowercase=small letters;words=terms;vowels=vowel letters;characters=letters,chars;common=shared;a list of=some,several,my,many;two=2,a pair of;three=3;first=1st;a function=a routine,something,a helper,code;function=func,routine""".replace("\n", ";")
SYN = [(re.compile(rf"\\b{a}\\b"), b.split(",")) for a, b in (x.split("=") for x in SYN.split(";"))]
OPEN = """I have {a}, {1}|I want {1}|how would I {1}?|what do I write to {1}?|need to {1}|please {1}|help: {1}|{1} please|{1} pls|is it possible to {1}?|tell me how to {1}|let me {1}|way to {1}|something that {3}|code which {3}|{1} for me|my program should {1}|trying to {1}
I would like to {1}|how does one {1}?|a function for {g}|function for {g}|{g}|{g} in python|need a func that {3}|what is the code for {g}?|{1}, how?|how to {1} with python|do you know how to {1}?|solution to {1}|task: {1}|exercise: {1}""".replace("\n", "|").split("|")
SMALL = {"a", "an", "the", "of", "in", "to", "that", "if", "is", "with", "all", "its", "from"}


def loosen(w, rng):
    """A description in other words."""
    for pat, to in SYN:
        if rng.random() < 0.45:
            w = pat.sub(lambda m: rng.choice(to), w, count=rng.choice([1, 1, 2]))
    r = rng.random()
    if r < 0.2:
        w = " ".join(x for x in w.split() if x not in SMALL or rng.random() < 0.3) or w
    elif r < 0.3:
        xs = w.split()
        if len(xs) > 3:
            del xs[rng.randrange(1, len(xs))]
        w = " ".join(xs)
    if rng.random() < 0.08 and len(w) > 8:                        # a typing error
        i = rng.randrange(1, len(w) - 2)
        w = w[:i] + (w[i + 1] + w[i] if rng.random() < 0.5 else w[i + 1]) + w[i + 2:] if w[i:i + 2].isalpha() else w
    return w


def loose_ask(t, rng):
    k = t["kind"]
    extra = MORE.get(t["what"], [])
    if extra and rng.random() < 0.5:
        q = rng.choice(extra)
        if rng.random() < 0.3:
            q = loosen(q, rng)
        if rng.random() < 0.25:
            q = rng.choice(["Write a function: ", "python: ", "Question: ", "In Python: ", "Function wanted: ", "Please: ", "Code for this: "]) + q
        return finish(q, rng)
    w = rng.choice([t["what"], *t["alt"]])
    if k == "class":
        return finish(rng.choice(CLASS).replace("{w}", loosen(w, rng)), rng)
    w = loosen(w, rng)
    tpl = rng.choice(OPEN if rng.random() < 0.6 else SCRIPT if k == "script" else FUNCTION)
    if tpl.startswith("I have {a}"):
        tpl = rng.choice(["I have some data, {1}", "With my input, {1}", "Given an argument, {1}"])
    m = re.match(r"(?:check if|check whether|see if|test if|find out if|know if|tell whether) (an? \w+|\w+ \w+) is (.*)", w)
    if m and rng.random() < 0.4:
        return finish(rng.choice([f"is {m[1]} {m[2]}?", f"How do I know that {m[1]} is {m[2]}?", f"{m[2]} or not?", f"is this {m[1].split()[-1]} {m[2]}?"]), rng)
    return finish(tpl.replace("{3}", third(w)).replace("{1}", w).replace("{g}", gerund(w)), rng)


# ---- whole conversations ----
def vary(q, rng):
    r = rng.random()
    return q if r < 0.6 else q.rstrip("?.!") if r < 0.75 else q.lower() if r < 0.85 else "Please explain: " + q if q.startswith("What is") and r < 0.88 else q


def pick(rng):
    if rng.random() < 0.22:
        return family(rng)
    if rng.random() < 0.08:                                      # what people try first
        return TASKS[rng.choice(FAVOURITES)]
    return rng.choice(TASKS)


FAVOURITES = [i for i, t in enumerate(TASKS) if t["what"] in (
    "add two numbers", "reverse a string", "compute the factorial of a number", "check if a number is prime", "return the nth Fibonacci number", "check if a string is a palindrome",
    "print hello world", "sort a list of numbers", "find the maximum of a list", "count the vowels in a string", "sum a list of numbers", "read a file", "a stack", "search a sorted list with binary search", "sort a list with bubble sort")]


def sample(rng, held=False):
    r = rng.random()
    if held:
        return [first_turn(pick(rng), rng, True)[1:3]]
    if r < 0.03:
        q, a = rng.choice(QA)
        turns = [(vary(q, rng), a)]
    elif r < 0.045:
        turns = [(rng.choice(["Who are you?", "who are you", "What are you?", "What is your name?", "Which model is this?", "Are you ChatGPT?", "What can you do?", "What can you do for me?", "Introduce yourself.", "Tell me about yourself", "help", "What model are you?", "Who made you?"]), WHO[0])]
    elif r < 0.06:
        turns = [(rng.choice(["Hello", "Hi", "hi", "hello", "Hello!", "Hi!", "Hey", "hey", "Good morning", "Good evening", "Hi there", "Hello there!", "How are you?", "test", "Test"]), GREET[0])]
    elif r < 0.07:
        lang = rng.choice(list(OTHER_HELLO))
        fence, code = OTHER_HELLO[lang]
        q = rng.choice([f"Write a hello world program in {lang}.", f"Hello world in {lang}", f"Print hello world in {lang}.", f"Show me hello world in {lang}", f"Write hello world in {lang}", f"{lang} hello world"])
        turns = [(q, f"Here is a hello world program in {lang}:\n\n" + block(code, fence))]
    elif r < 0.085:
        turns = [(vary(rng.choice(OFF_TOPIC), rng), SORRY)]
    elif r < 0.11:
        t = rng.choice([x for x in rng.sample(TASKS, 8) if x["kind"] == "function"] or [TASKS[0]])
        it = Item(t, rng)
        lang = rng.choice(["JavaScript", "Java", "C++", "C", "Rust", "Go", "TypeScript", "C#", "Ruby", "PHP", "Kotlin", "Swift"])
        w = rng.choice([t["what"], *t["alt"]])
        q = rng.choice([f"Write a {lang} function that {third(w)}.", f"Write a function in {lang} that {third(w)}.", f"How do I {w} in {lang}?", f"Write {lang} code to {w}.", f"{cap(w)} in {lang}"])
        turns = [(q, f"I am a small demo model and know only Python. Here is a Python function that {third(t['what'])}:\n\n" + block(it.code()))]
    elif r < 0.18:
        turns = given_code(pick(rng), rng)
    else:
        it, q, a, typed, doc = first_turn(pick(rng), rng)
        turns = [(q, a)]
        while len(turns) < 4 and rng.random() < (0.28 if len(turns) == 1 else 0.35):
            f = follow_up(it, rng, typed, doc)
            if f:
                turns.append(f[:2])
                typed, doc = f[2:]
            else:
                it, q, a, typed, doc = first_turn(pick(rng), rng)
                turns.append((rng.choice(["", "", "Now ", "Next, ", "Good. ", "Also, "]) + q, a) if q[:1].isupper() and " " in q else (q, a))
                if turns[-1][0].startswith(("Now ", "Next, ", "Also, ")):
                    p, rest = re.match(r"(Now |Next, |Also, )(.*)", turns[-1][0], re.S).groups()
                    turns[-1] = (p + rest[:1].lower() + rest[1:], a)
    if rng.random() < 0.12:                                       # a system prompt, in the last user message (v3) or in the first
        i = -1 if rng.random() < 0.6 else 0
        s = rng.choice(SYSTEMS)
        turns[i] = (s + "\n\n" + turns[i][0], turns[i][1])
    return [tuple(x) for x in turns]
