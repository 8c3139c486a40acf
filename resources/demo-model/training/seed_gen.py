def sample(rng, held=False):
    return [("Write a Python function that adds two numbers.", "Here is a function that adds two numbers:\n\n```python\ndef add(a, b):\n    return a + b\n```")]
