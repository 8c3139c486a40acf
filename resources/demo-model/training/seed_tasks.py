"""The hand-written seed tasks (written for this project; MIT like the rest of it). seed_gen.py makes the phrasings.

F(what, code, examples, why): a function; `what` is imperative. The code carries type hints and a docstring: both are
stripped for the variants without. alt: other wordings, names: other function names, p: other parameter names ("a,b|x,y"),
topic: noun phrases ("factorial in Python"). C: a class. S: a script without a function.
"""
TASKS = []


def add(kind, what, code, ex, why, alt, names, p, topic):
    TASKS.append(dict(kind=kind, what=what, code=code.strip("\n"), ex=ex.split(" ;; ") if ex else [], why=why,
                      alt=[x for x in alt.split("|") if x], names=[x for x in names.split("|") if x],
                      p=[x for x in p.split("|") if x], topic=[x for x in topic.split("|") if x]))


def F(what, code, ex="", why="", alt="", names="", p="", topic=""):
    add("function", what, code, ex, why, alt, names, p, topic)


def C(what, code, ex="", why="", alt="", names="", p="", topic=""):
    add("class", what, code, ex, why, alt, names, p, topic)


def S(what, code, ex="", why="", alt="", names="", p="", topic=""):
    add("script", what, code, ex, why, alt, names, p, topic)


# ---- arithmetic ----
F("add two numbers", '''
def add(a: float, b: float) -> float:
    """Return the sum of a and b."""
    return a + b
''', "add(2, 3) ;; add(-1, 1)", "It returns the result of the `+` operator.", alt="return the sum of two numbers|compute the sum of two numbers|sum two numbers|add two integers|add two values|take two numbers and return their sum|calculate the sum of two numbers|add two numbers together", names="add_numbers|add_two_numbers|sum_two|sum_of_two", p="a,b|x,y|num1,num2|first,second", topic="addition of two numbers|sum of two numbers")
F("subtract two numbers", '''
def subtract(a: float, b: float) -> float:
    """Return a minus b."""
    return a - b
''', "subtract(7, 3)", "It returns the result of the `-` operator.", alt="return the difference of two numbers|subtract one number from another|calculate the difference between two numbers", names="sub|difference", p="a,b|x,y", topic="subtraction")
F("multiply two numbers", '''
def multiply(a: float, b: float) -> float:
    """Return the product of a and b."""
    return a * b
''', "multiply(4, 5)", "It returns the result of the `*` operator.", alt="return the product of two numbers|compute the product of two numbers|take two numbers and return their product|multiply two integers", names="mul|product_of_two|multiply_numbers", p="a,b|x,y", topic="multiplication")
F("divide two numbers", '''
def divide(a: float, b: float) -> float:
    """Return a divided by b."""
    if b == 0:
        raise ValueError("cannot divide by zero")
    return a / b
''', "divide(8, 2)", "It checks for a zero divisor first and then divides.", alt="divide two numbers and check for zero|divide one number by another|return the quotient of two numbers|safely divide two numbers|divide two numbers and handle division by zero", names="safe_divide|div", p="a,b|x,y", topic="division")
F("add three numbers", '''
def add_three(a: float, b: float, c: float) -> float:
    """Return the sum of three numbers."""
    return a + b + c
''', "add_three(1, 2, 3)", "It adds the three arguments.", alt="return the sum of three numbers|calculate the sum of three numbers", names="sum_three")
F("compute the average of two numbers", '''
def average_of_two(a: float, b: float) -> float:
    """Return the average of a and b."""
    return (a + b) / 2
''', "average_of_two(4, 6)", "It adds both numbers and divides the sum by two.", alt="return the mean of two numbers|find the average of two numbers", names="mean_of_two")
F("compute the factorial of a number", '''
def factorial(n: int) -> int:
    """Return n factorial."""
    result = 1
    for i in range(2, n + 1):
        result *= i
    return result
''', "factorial(5) ;; factorial(0)", "It multiplies all numbers from 2 to `n` in a loop.", alt="calculate a factorial|return the factorial of n|find the factorial of a number|calculate the factorial of a given number|compute n!", names="fact|compute_factorial", topic="factorial|the factorial of a number")
F("compute the factorial of a number recursively", '''
def factorial(n: int) -> int:
    """Return n factorial, computed recursively."""
    if n <= 1:
        return 1
    return n * factorial(n - 1)
''', "factorial(5)", "It calls itself with `n - 1` until it reaches 1.", alt="calculate the factorial with recursion|return the factorial of n using recursion", names="factorial_recursive", topic="recursive factorial")
F("return the nth Fibonacci number", '''
def fibonacci(n: int) -> int:
    """Return the nth Fibonacci number."""
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a
''', "fibonacci(10) ;; fibonacci(1)", "It keeps the last two numbers and moves them forward `n` times.", alt="compute the nth Fibonacci number|calculate Fibonacci numbers|find the n-th Fibonacci number|calculate the Fibonacci sequence|compute Fibonacci", names="fib|nth_fibonacci", topic="fibonacci|Fibonacci numbers|the Fibonacci sequence")
F("return the first n Fibonacci numbers", '''
def fibonacci_list(n: int) -> list[int]:
    """Return the first n Fibonacci numbers."""
    numbers = []
    a, b = 0, 1
    for _ in range(n):
        numbers.append(a)
        a, b = b, a + b
    return numbers
''', "fibonacci_list(7)", "It appends each number to a list while it moves two variables forward.", alt="generate a list of Fibonacci numbers|make a list of the first n Fibonacci numbers|generate the first n Fibonacci numbers", names="first_fibonacci|fib_list")
F("compute the nth Fibonacci number recursively", '''
def fibonacci(n: int) -> int:
    """Return the nth Fibonacci number, computed recursively."""
    if n < 2:
        return n
    return fibonacci(n - 1) + fibonacci(n - 2)
''', "fibonacci(10)", "It adds the results of two recursive calls.", alt="calculate Fibonacci with recursion|return the nth Fibonacci number using recursion", names="fib_recursive", topic="recursive Fibonacci")
F("yield Fibonacci numbers with a generator", '''
def fibonacci_generator(limit: int):
    """Yield Fibonacci numbers below limit."""
    a, b = 0, 1
    while a < limit:
        yield a
        a, b = b, a + b
''', "list(fibonacci_generator(30))", "It is a generator, so that each number is made only when it is needed.", alt="generate Fibonacci numbers with yield", names="fib_generator", topic="a Fibonacci generator")
F("check if a number is prime", '''
def is_prime(n: int) -> bool:
    """Return True if n is a prime number."""
    if n < 2:
        return False
    for i in range(2, int(n ** 0.5) + 1):
        if n % i == 0:
            return False
    return True
''', "is_prime(7) ;; is_prime(9)", "It tries every divisor up to the square root of `n`.", alt="check whether a number is prime|determine if a number is a prime number|test if a number is prime|tell whether n is prime|return True if a number is prime", names="check_prime|prime", topic="prime check|prime numbers check|checking for primes")
F("return all prime numbers up to n", '''
def primes_up_to(n: int) -> list[int]:
    """Return all prime numbers up to n."""
    sieve = [True] * (n + 1)
    primes = []
    for i in range(2, n + 1):
        if sieve[i]:
            primes.append(i)
            for j in range(i * i, n + 1, i):
                sieve[j] = False
    return primes
''', "primes_up_to(20)", "It uses the sieve of Eratosthenes: multiples of each prime are crossed out.", alt="find all primes up to n|generate prime numbers up to a limit|implement the sieve of Eratosthenes|list the prime numbers up to n|list all primes below a number", names="sieve|get_primes|sieve_of_eratosthenes", topic="sieve of Eratosthenes|the sieve of Eratosthenes")
F("return the prime factors of a number", '''
def prime_factors(n: int) -> list[int]:
    """Return the prime factors of n."""
    factors = []
    divisor = 2
    while divisor * divisor <= n:
        while n % divisor == 0:
            factors.append(divisor)
            n //= divisor
        divisor += 1
    if n > 1:
        factors.append(n)
    return factors
''', "prime_factors(60)", "It divides by the smallest factor again and again.", alt="find the prime factors of a number|factor a number into primes|compute the prime factorization of a number", names="factorize", topic="prime factorization")
F("compute the greatest common divisor of two numbers", '''
def gcd(a: int, b: int) -> int:
    """Return the greatest common divisor of a and b."""
    while b:
        a, b = b, a % b
    return a
''', "gcd(12, 18)", "It uses Euclid's algorithm.", alt="find the gcd of two numbers|calculate the GCD of two numbers|find the greatest common divisor of two integers|implement Euclid's algorithm", names="greatest_common_divisor|find_gcd", topic="gcd|greatest common divisor|Euclid's algorithm")
F("compute the least common multiple of two numbers", '''
def lcm(a: int, b: int) -> int:
    """Return the least common multiple of a and b."""
    x, y = a, b
    while y:
        x, y = y, x % y
    return a * b // x
''', "lcm(4, 6)", "It divides the product by the greatest common divisor.", alt="find the lcm of two numbers|calculate the LCM of two numbers|find the least common multiple of two integers", names="least_common_multiple|find_lcm", topic="lcm|least common multiple")
F("check if a number is even", '''
def is_even(n: int) -> bool:
    """Return True if n is even."""
    return n % 2 == 0
''', "is_even(4) ;; is_even(7)", "It looks at the remainder of the division by 2.", alt="check whether a number is even|test if a number is even|return True if a number is even|tell if a number is even or odd|determine whether a number is even", names="even|check_even", topic="even number check")
F("check if a number is odd", '''
def is_odd(n: int) -> bool:
    """Return True if n is odd."""
    return n % 2 == 1
''', "is_odd(3)", "It looks at the remainder of the division by 2.", alt="check whether a number is odd|test if a number is odd|return True if a number is odd|determine whether a number is odd", names="odd|check_odd")
F("return the sign of a number", '''
def sign(x: float) -> int:
    """Return -1, 0 or 1."""
    if x > 0:
        return 1
    if x < 0:
        return -1
    return 0
''', "sign(-4)", "It compares the number with zero.", alt="tell whether a number is positive, negative or zero|check if a number is positive or negative", names="get_sign")
F("return the absolute value of a number", '''
def absolute(x: float) -> float:
    """Return the absolute value of x."""
    if x < 0:
        return -x
    return x
''', "absolute(-5)", "It negates the number if it is below zero.", alt="compute the absolute value of a number|find the absolute value of a number", names="absolute_value", topic="absolute value")
F("return the square of a number", '''
def square(x: float) -> float:
    """Return x squared."""
    return x * x
''', "square(5)", "It multiplies the number by itself.", alt="square a number|compute the square of a number|calculate the square of a number", names="squared", topic="square of a number")
F("return the cube of a number", '''
def cube(x: float) -> float:
    """Return x cubed."""
    return x ** 3
''', "cube(3)", "It raises the number to the third power.", alt="cube a number|compute the cube of a number|calculate the cube of a number", names="cubed")
F("raise a number to a power", '''
def power(base: float, exponent: int) -> float:
    """Return base raised to exponent."""
    return base ** exponent
''', "power(2, 10)", "It uses the `**` operator.", alt="compute the power of a number|calculate a base raised to an exponent|compute x to the power of n", names="raise_to_power|pow_number", topic="power of a number")
F("compute the square root of a number", '''
import math


def square_root(x: float) -> float:
    """Return the square root of x."""
    if x < 0:
        raise ValueError("x must not be negative")
    return math.sqrt(x)
''', "square_root(16)", "It refuses negative numbers and then calls `math.sqrt`.", alt="return the square root of a number|calculate a square root|find the square root of a number", names="sqrt", topic="square root")
F("check if a number is a perfect square", '''
import math


def is_perfect_square(n: int) -> bool:
    """Return True if n is a perfect square."""
    if n < 0:
        return False
    root = math.isqrt(n)
    return root * root == n
''', "is_perfect_square(16)", "It compares the square of the integer root with the number.", alt="check whether a number is a perfect square", names="perfect_square")
F("return the sum of the digits of a number", '''
def sum_of_digits(n: int) -> int:
    """Return the sum of the digits of n."""
    return sum(int(digit) for digit in str(abs(n)))
''', "sum_of_digits(1234)", "It turns the number into a string and adds its digits.", alt="sum the digits of a number|compute the sum of digits|add up the digits of a number|calculate the digit sum of a number", names="digit_sum|sum_digits", topic="sum of digits")
F("count the digits of a number", '''
def count_digits(n: int) -> int:
    """Return the number of digits of n."""
    return len(str(abs(n)))
''', "count_digits(12345)", "It counts the characters of the number as a string.", alt="return the number of digits in a number|count how many digits a number has", names="number_of_digits|num_digits")
F("reverse the digits of a number", '''
def reverse_number(n: int) -> int:
    """Return n with its digits reversed."""
    sign = -1 if n < 0 else 1
    return sign * int(str(abs(n))[::-1])
''', "reverse_number(123)", "It reverses the number as a string and keeps the sign.", alt="reverse a number|reverse an integer", names="reverse_int|reverse_digits")
F("check if a number is an Armstrong number", '''
def is_armstrong(n: int) -> bool:
    """Return True if n is an Armstrong number."""
    digits = str(n)
    power = len(digits)
    return n == sum(int(d) ** power for d in digits)
''', "is_armstrong(153)", "It adds each digit raised to the number of digits.", alt="check whether a number is an Armstrong number", names="armstrong", topic="Armstrong number")
F("check if a number is perfect", '''
def is_perfect(n: int) -> bool:
    """Return True if n equals the sum of its proper divisors."""
    if n < 2:
        return False
    return sum(i for i in range(1, n) if n % i == 0) == n
''', "is_perfect(28)", "It adds all proper divisors and compares the sum with the number.", alt="check whether a number is a perfect number", names="perfect_number")
F("return all divisors of a number", '''
def divisors(n: int) -> list[int]:
    """Return all divisors of n."""
    return [i for i in range(1, n + 1) if n % i == 0]
''', "divisors(12)", "It keeps every number that divides `n` without a remainder.", alt="find all divisors of a number|list the factors of a number|return all factors of a number", names="get_divisors|factors")
F("check if a year is a leap year", '''
def is_leap_year(year: int) -> bool:
    """Return True if year is a leap year."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
''', "is_leap_year(2024) ;; is_leap_year(1900)", "A leap year is divisible by 4, but not by 100 unless also by 400.", alt="check whether a year is a leap year|determine if a year is a leap year|test for leap years", names="leap_year|check_leap_year", topic="leap year|leap year check")
F("return the larger of two numbers", '''
def larger(a: float, b: float) -> float:
    """Return the larger of a and b."""
    if a > b:
        return a
    return b
''', "larger(3, 8)", "It compares both numbers.", alt="return the maximum of two numbers|find the larger of two numbers|find the maximum of two numbers", names="max_of_two|maximum")
F("return the largest of three numbers", '''
def max_of_three(a: float, b: float, c: float) -> float:
    """Return the largest of three numbers."""
    return max(a, b, c)
''', "max_of_three(3, 9, 5)", "It uses the built-in `max`.", alt="find the maximum of three numbers|find the largest of three numbers", names="largest_of_three")
F("clamp a number between a minimum and a maximum", '''
def clamp(x: float, low: float, high: float) -> float:
    """Return x limited to the range from low to high."""
    return max(low, min(x, high))
''', "clamp(15, 0, 10)", "It takes the smaller of `x` and `high` and then the larger of that and `low`.", alt="limit a number to a range|clamp a value to a range", names="limit")
F("swap two values", '''
def swap(a, b):
    """Return b and a."""
    return b, a
''', "swap(1, 2)", "It returns the two values in the other order.", alt="swap two variables|exchange two values|swap two numbers", names="swap_values", topic="swapping two variables")
F("compute the area of a circle", '''
import math


def circle_area(radius: float) -> float:
    """Return the area of a circle."""
    return math.pi * radius ** 2
''', "round(circle_area(2), 2)", "The area is pi times the radius squared.", alt="calculate the area of a circle|return the area of a circle from its radius", names="area_of_circle", topic="area of a circle")
F("compute the circumference of a circle", '''
import math


def circumference(radius: float) -> float:
    """Return the circumference of a circle."""
    return 2 * math.pi * radius
''', "round(circumference(1), 2)", "The circumference is two pi times the radius.", alt="calculate the circumference of a circle|compute the perimeter of a circle")
F("compute the area of a rectangle", '''
def rectangle_area(width: float, height: float) -> float:
    """Return the area of a rectangle."""
    return width * height
''', "rectangle_area(3, 4)", "The area is the width times the height.", alt="calculate the area of a rectangle|return the area of a rectangle", names="area_of_rectangle", topic="area of a rectangle")
F("compute the perimeter of a rectangle", '''
def rectangle_perimeter(width: float, height: float) -> float:
    """Return the perimeter of a rectangle."""
    return 2 * (width + height)
''', "rectangle_perimeter(3, 4)", "It adds width and height and doubles the sum.", alt="calculate the perimeter of a rectangle")
F("compute the area of a triangle", '''
def triangle_area(base: float, height: float) -> float:
    """Return the area of a triangle."""
    return base * height / 2
''', "triangle_area(6, 4)", "The area is half of the base times the height.", alt="calculate the area of a triangle|return the area of a triangle from base and height", names="area_of_triangle", topic="area of a triangle")
F("compute the volume of a sphere", '''
import math


def sphere_volume(radius: float) -> float:
    """Return the volume of a sphere."""
    return 4 / 3 * math.pi * radius ** 3
''', "round(sphere_volume(1), 3)", "The volume is four thirds of pi times the radius cubed.", alt="calculate the volume of a sphere")
F("compute the hypotenuse of a right triangle", '''
import math


def hypotenuse(a: float, b: float) -> float:
    """Return the hypotenuse of a right triangle."""
    return math.sqrt(a ** 2 + b ** 2)
''', "hypotenuse(3, 4)", "It uses the theorem of Pythagoras.", alt="calculate the hypotenuse|apply the Pythagorean theorem", topic="hypotenuse|the Pythagorean theorem")
F("compute the distance between two points", '''
import math


def distance(x1: float, y1: float, x2: float, y2: float) -> float:
    """Return the distance between two points."""
    return math.sqrt((x2 - x1) ** 2 + (y2 - y1) ** 2)
''', "distance(0, 0, 3, 4)", "It uses the theorem of Pythagoras on the differences.", alt="calculate the Euclidean distance between two points|find the distance between two points", names="euclidean_distance", topic="distance between two points")
F("convert Celsius to Fahrenheit", '''
def celsius_to_fahrenheit(celsius: float) -> float:
    """Convert degrees Celsius to degrees Fahrenheit."""
    return celsius * 9 / 5 + 32
''', "celsius_to_fahrenheit(100)", "It multiplies by 9/5 and adds 32.", alt="convert a temperature from Celsius to Fahrenheit|turn Celsius into Fahrenheit|convert degrees Celsius to Fahrenheit", names="c_to_f", topic="Celsius to Fahrenheit")
F("convert Fahrenheit to Celsius", '''
def fahrenheit_to_celsius(fahrenheit: float) -> float:
    """Convert degrees Fahrenheit to degrees Celsius."""
    return (fahrenheit - 32) * 5 / 9
''', "fahrenheit_to_celsius(212)", "It subtracts 32 and multiplies by 5/9.", alt="convert a temperature from Fahrenheit to Celsius|turn Fahrenheit into Celsius", names="f_to_c", topic="Fahrenheit to Celsius")
F("compute simple interest", '''
def simple_interest(principal: float, rate: float, years: float) -> float:
    """Return the simple interest in percent a year."""
    return principal * rate * years / 100
''', "simple_interest(1000, 5, 2)", "It multiplies the amount, the rate and the time.", alt="calculate simple interest", topic="simple interest")
F("compute compound interest", '''
def compound_interest(principal: float, rate: float, years: int) -> float:
    """Return the amount after some years of compound interest."""
    return principal * (1 + rate / 100) ** years
''', "round(compound_interest(1000, 5, 2), 2)", "Each year multiplies the amount by one plus the rate.", alt="calculate compound interest", topic="compound interest")
F("compute the body mass index", '''
def bmi(weight: float, height: float) -> float:
    """Return the body mass index (kilograms and metres)."""
    return weight / height ** 2
''', "round(bmi(70, 1.75), 1)", "It divides the weight by the height squared.", alt="calculate the BMI|calculate the body mass index of a person", names="body_mass_index", topic="BMI")
F("compute a percentage", '''
def percentage(part: float, whole: float) -> float:
    """Return part as a percentage of whole."""
    return 100 * part / whole
''', "percentage(30, 120)", "It divides the part by the whole and multiplies by 100.", alt="calculate what percentage one number is of another|calculate a percentage", names="percent")
F("convert a number to binary", '''
def to_binary(n: int) -> str:
    """Return n as a binary string."""
    if n == 0:
        return "0"
    digits = ""
    while n > 0:
        digits = str(n % 2) + digits
        n //= 2
    return digits
''', "to_binary(10)", "It collects the remainders of repeated divisions by 2.", alt="convert a decimal number to binary|convert an integer to a binary string|return the binary form of a number", names="decimal_to_binary|int_to_binary", topic="decimal to binary")
F("convert a binary string to a number", '''
def from_binary(text: str) -> int:
    """Return the value of a binary string."""
    return int(text, 2)
''', "from_binary('1010')", "It calls `int` with base 2.", alt="convert binary to decimal|convert a binary string to an integer|parse a binary number", names="binary_to_decimal|binary_to_int", topic="binary to decimal")
F("convert a number to hexadecimal", '''
def to_hex(n: int) -> str:
    """Return n as a hexadecimal string."""
    return format(n, "x")
''', "to_hex(255)", "It uses the format `x`.", alt="convert an integer to hex", names="int_to_hex")
F("convert a Roman numeral to an integer", '''
def roman_to_int(text: str) -> int:
    """Return the value of a Roman numeral."""
    values = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
    total = 0
    previous = 0
    for letter in reversed(text):
        value = values[letter]
        if value < previous:
            total -= value
        else:
            total += value
            previous = value
    return total
''', "roman_to_int('XIV')", "It reads from the right and subtracts a smaller letter that stands before a larger one.", alt="convert Roman numerals to numbers|parse a Roman numeral", topic="Roman numerals to integers")
F("convert an integer to a Roman numeral", '''
def int_to_roman(n: int) -> str:
    """Return n as a Roman numeral."""
    values = [1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1]
    symbols = ["M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"]
    result = ""
    for value, symbol in zip(values, symbols):
        while n >= value:
            result += symbol
            n -= value
    return result
''', "int_to_roman(14)", "It takes the largest symbol that still fits, again and again.", alt="convert a number to Roman numerals", names="to_roman")
F("return the Collatz sequence of a number", '''
def collatz(n: int) -> list[int]:
    """Return the Collatz sequence that starts at n."""
    sequence = [n]
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        sequence.append(n)
    return sequence
''', "collatz(6)", "Even numbers are halved, odd ones become `3 * n + 1`.", alt="compute the Collatz sequence", topic="the Collatz sequence")
F("solve a quadratic equation", '''
import math


def solve_quadratic(a: float, b: float, c: float) -> list[float]:
    """Return the real solutions of a*x**2 + b*x + c = 0."""
    d = b * b - 4 * a * c
    if d < 0:
        return []
    if d == 0:
        return [-b / (2 * a)]
    root = math.sqrt(d)
    return [(-b - root) / (2 * a), (-b + root) / (2 * a)]
''', "solve_quadratic(1, -3, 2)", "The sign of the discriminant says how many solutions there are.", alt="find the roots of a quadratic equation|compute the roots of a quadratic", names="quadratic_roots", topic="quadratic equation")
F("compute the number of combinations", '''
def combinations(n: int, k: int) -> int:
    """Return n choose k."""
    result = 1
    for i in range(k):
        result = result * (n - i) // (i + 1)
    return result
''', "combinations(5, 2)", "It multiplies and divides step by step, so that the numbers stay small.", alt="compute n choose k|calculate the binomial coefficient", names="binomial|choose", topic="binomial coefficient")
F("return Pascal's triangle", '''
def pascal_triangle(rows: int) -> list[list[int]]:
    """Return the first rows of Pascal's triangle."""
    triangle = []
    for i in range(rows):
        row = [1] * (i + 1)
        for j in range(1, i):
            row[j] = triangle[i - 1][j - 1] + triangle[i - 1][j]
        triangle.append(row)
    return triangle
''', "pascal_triangle(4)", "Each inner number is the sum of the two numbers above it.", alt="generate Pascal's triangle", topic="Pascal's triangle")
F("return the fizz buzz word for a number", '''
def fizzbuzz(n: int) -> str:
    """Return Fizz, Buzz, FizzBuzz or the number."""
    if n % 15 == 0:
        return "FizzBuzz"
    if n % 3 == 0:
        return "Fizz"
    if n % 5 == 0:
        return "Buzz"
    return str(n)
''', "fizzbuzz(15) ;; fizzbuzz(7)", "It tests for 15 first, since such numbers are multiples of both 3 and 5.", alt="play FizzBuzz for a number", names="fizz_buzz")
S("print FizzBuzz from 1 to 100", '''
for i in range(1, 101):
    if i % 15 == 0:
        print("FizzBuzz")
    elif i % 3 == 0:
        print("Fizz")
    elif i % 5 == 0:
        print("Buzz")
    else:
        print(i)
''', why="Multiples of 15 are tested first, then those of 3 and of 5.", alt="play FizzBuzz|solve FizzBuzz|implement FizzBuzz", topic="FizzBuzz|fizz buzz|fizzbuzz")
# ---- strings ----
F("reverse a string", '''
def reverse_string(text: str) -> str:
    """Return text reversed."""
    return text[::-1]
''', "reverse_string('hello')", "The slice `[::-1]` walks through the string backwards.", alt="return a reversed string|reverse a given string|return the reverse of a string|take a string and return it reversed|reverse text|reverse the characters of a string|turn a string around", names="reverse|reversed_string|reverse_text", p="text|s|string", topic="string reversal|reversing a string")
F("check if a string is a palindrome", '''
def is_palindrome(text: str) -> bool:
    """Return True if text reads the same backwards."""
    return text == text[::-1]
''', "is_palindrome('level') ;; is_palindrome('hello')", "It compares the string with its reverse.", alt="check whether a string is a palindrome|test if a word is a palindrome|determine if a string is a palindrome|check if a word is a palindrome|detect palindromes", names="palindrome|check_palindrome", p="text|s|word", topic="palindrome|palindrome check")
F("check if a sentence is a palindrome and ignore spaces and case", '''
def is_palindrome(text: str) -> bool:
    """Return True if text is a palindrome, ignoring case and punctuation."""
    letters = [c.lower() for c in text if c.isalnum()]
    return letters == letters[::-1]
''', "is_palindrome('Never odd or even')", "It keeps only letters and digits in lower case and compares them with their reverse.", alt="check if a sentence is a palindrome, ignoring spaces and case", names="is_palindrome_sentence")
F("count the vowels in a string", '''
def count_vowels(text: str) -> int:
    """Return the number of vowels in text."""
    return sum(1 for c in text.lower() if c in "aeiou")
''', "count_vowels('hello world')", "It counts the characters that are in `aeiou`.", alt="count vowels|return the number of vowels in a string|count how many vowels a string has|find the number of vowels in a string", names="vowel_count|number_of_vowels", p="text|s|string", topic="counting vowels")
F("count the consonants in a string", '''
def count_consonants(text: str) -> int:
    """Return the number of consonants in text."""
    return sum(1 for c in text.lower() if c.isalpha() and c not in "aeiou")
''', "count_consonants('hello')", "It counts the letters that are not vowels.", alt="count consonants|return the number of consonants in a string")
F("remove the vowels from a string", '''
def remove_vowels(text: str) -> str:
    """Return text without its vowels."""
    return "".join(c for c in text if c.lower() not in "aeiou")
''', "remove_vowels('hello world')", "It joins all characters that are not vowels.", alt="delete all vowels from a string|strip vowels from a string", names="strip_vowels")
F("count the words in a string", '''
def count_words(text: str) -> int:
    """Return the number of words in text."""
    return len(text.split())
''', "count_words('the quick brown fox')", "It splits the text at white space and counts the parts.", alt="count the number of words in a sentence|count words|return the number of words in a text|do a word count", names="word_count|number_of_words", p="text|sentence|s", topic="word count|counting words")
F("count how often each word occurs in a text", '''
def word_frequency(text: str) -> dict[str, int]:
    """Return how often each word occurs in text."""
    counts = {}
    for word in text.lower().split():
        counts[word] = counts.get(word, 0) + 1
    return counts
''', "word_frequency('a b a')", "It keeps a dictionary from word to count.", alt="count word frequencies|return the frequency of each word in a text|count the occurrences of each word|build a dictionary of word counts", names="word_frequencies|count_word_frequency", topic="word frequency|word frequencies")
F("count how often each character occurs in a string", '''
def char_frequency(text: str) -> dict[str, int]:
    """Return how often each character occurs in text."""
    counts = {}
    for char in text:
        counts[char] = counts.get(char, 0) + 1
    return counts
''', "char_frequency('hello')", "It keeps a dictionary from character to count.", alt="count the characters of a string|count character frequencies|count the occurrences of each letter in a string", names="count_characters|letter_frequency", topic="character frequency")
F("count how often a character occurs in a string", '''
def count_char(text: str, char: str) -> int:
    """Return how often char occurs in text."""
    return text.count(char)
''', "count_char('banana', 'a')", "It uses the string method `count`.", alt="count the occurrences of a character in a string|count a letter in a string", names="count_letter|count_occurrences")
F("find the most common character in a string", '''
from collections import Counter


def most_common_char(text: str) -> str:
    """Return the most common character of text."""
    return Counter(text).most_common(1)[0][0]
''', "most_common_char('banana')", "It counts the characters with `Counter` and takes the first one.", alt="return the most frequent character of a string|find the most frequent letter in a string", names="most_frequent_char")
F("find the first character of a string that does not repeat", '''
def first_unique_char(text: str):
    """Return the first character that occurs only once, or None."""
    for char in text:
        if text.count(char) == 1:
            return char
    return None
''', "first_unique_char('swiss')", "It returns the first character whose count is one.", alt="find the first non-repeating character in a string|return the first unique character of a string", names="first_non_repeating")
F("check if two strings are anagrams", '''
def is_anagram(first: str, second: str) -> bool:
    """Return True if first and second are anagrams."""
    return sorted(first.lower()) == sorted(second.lower())
''', "is_anagram('listen', 'silent')", "Two words are anagrams if their sorted letters are equal.", alt="check whether two words are anagrams|test if two strings are anagrams of each other|determine if two words are anagrams", names="are_anagrams|anagram", p="first,second|a,b|s1,s2", topic="anagram check|anagrams")
F("encrypt a text with the Caesar cipher", '''
def caesar_cipher(text: str, shift: int) -> str:
    """Return text with each letter shifted."""
    result = ""
    for char in text:
        if char.isalpha():
            base = ord("A") if char.isupper() else ord("a")
            result += chr((ord(char) - base + shift) % 26 + base)
        else:
            result += char
    return result
''', "caesar_cipher('Hello', 3)", "Each letter moves `shift` places in the alphabet; other characters stay.", alt="implement a Caesar cipher|encode a string with a Caesar cipher|shift the letters of a text|implement the Caesar cipher", names="caesar|caesar_encrypt", topic="Caesar cipher|a Caesar cipher")
F("decrypt a text of the Caesar cipher", '''
def caesar_decrypt(text: str, shift: int) -> str:
    """Return text with each letter shifted back."""
    result = ""
    for char in text:
        if char.isalpha():
            base = ord("A") if char.isupper() else ord("a")
            result += chr((ord(char) - base - shift) % 26 + base)
        else:
            result += char
    return result
''', "caesar_decrypt('Khoor', 3)", "Each letter moves `shift` places back.", alt="decode a Caesar cipher|undo a Caesar cipher")
F("encode a text with ROT13", '''
import codecs


def rot13(text: str) -> str:
    """Return text encoded with ROT13."""
    return codecs.encode(text, "rot13")
''', "rot13('Hello')", "The module `codecs` knows this encoding.", alt="apply ROT13 to a string", topic="ROT13")
F("capitalize each word of a string", '''
def capitalize_words(text: str) -> str:
    """Return text with each word capitalized."""
    return " ".join(word.capitalize() for word in text.split())
''', "capitalize_words('hello big world')", "It capitalizes each word and joins them again.", alt="capitalize the first letter of each word|convert a string to title case|capitalize every word in a sentence", names="title_case", topic="title case")
F("convert a string to uppercase", '''
def to_upper(text: str) -> str:
    """Return text in upper case."""
    return text.upper()
''', "to_upper('hello')", "It uses the string method `upper`.", alt="make a string uppercase|return a string in upper case|turn text into capital letters", names="uppercase", topic="uppercase")
F("convert a string to lowercase", '''
def to_lower(text: str) -> str:
    """Return text in lower case."""
    return text.lower()
''', "to_lower('HELLO')", "It uses the string method `lower`.", alt="make a string lowercase|return a string in lower case", names="lowercase", topic="lowercase")
F("reverse the words in a sentence", '''
def reverse_words(sentence: str) -> str:
    """Return the words of sentence in reverse order."""
    return " ".join(reversed(sentence.split()))
''', "reverse_words('one two three')", "It splits the sentence into words, reverses them and joins them.", alt="reverse the order of the words in a string|reverse word order", names="reverse_sentence", topic="reversing words")
F("find the longest word in a sentence", '''
def longest_word(sentence: str) -> str:
    """Return the longest word of sentence."""
    return max(sentence.split(), key=len)
''', "longest_word('a quick example')", "It takes the maximum of the words by their length.", alt="return the longest word in a string|find the longest word in a text", names="find_longest_word", topic="longest word")
F("find the shortest word in a sentence", '''
def shortest_word(sentence: str) -> str:
    """Return the shortest word of sentence."""
    return min(sentence.split(), key=len)
''', "shortest_word('this is big')", "It takes the minimum of the words by their length.", alt="return the shortest word in a string", names="find_shortest_word")
F("return the length of a string", '''
def string_length(text: str) -> int:
    """Return the number of characters in text."""
    return len(text)
''', "string_length('hello')", "It calls `len`.", alt="find the length of a string|count the characters in a string|get the length of a string", names="length", topic="length of a string")
F("concatenate two strings", '''
def concatenate(first: str, second: str) -> str:
    """Return first followed by second."""
    return first + second
''', "concatenate('foo', 'bar')", "The `+` operator joins strings.", alt="join two strings|combine two strings", names="concat|join_strings", topic="string concatenation")
F("remove spaces from a string", '''
def remove_spaces(text: str) -> str:
    """Return text without spaces."""
    return text.replace(" ", "")
''', "remove_spaces('a b c')", "It replaces each space by nothing.", alt="remove all spaces from a string|delete whitespace from a string|strip all spaces from a string", names="strip_spaces")
F("remove punctuation from a string", '''
import string


def remove_punctuation(text: str) -> str:
    """Return text without punctuation."""
    return "".join(c for c in text if c not in string.punctuation)
''', "remove_punctuation('Hello, world!')", "It keeps all characters that are not in `string.punctuation`.", alt="strip punctuation from a text|delete punctuation characters", names="strip_punctuation")
F("remove duplicate characters from a string", '''
def remove_duplicate_chars(text: str) -> str:
    """Return text with only the first of each character."""
    return "".join(dict.fromkeys(text))
''', "remove_duplicate_chars('banana')", "The keys of a dictionary are unique and keep their order.", alt="remove repeated letters from a string", names="unique_chars")
F("replace spaces with underscores", '''
def spaces_to_underscores(text: str) -> str:
    """Return text with underscores instead of spaces."""
    return text.replace(" ", "_")
''', "spaces_to_underscores('a b c')", "It uses the string method `replace`.", alt="replace all spaces in a string with underscores")
F("replace a word in a string", '''
def replace_word(text: str, old: str, new: str) -> str:
    """Return text with old replaced by new."""
    return text.replace(old, new)
''', "replace_word('I like tea', 'tea', 'coffee')", "It uses the string method `replace`.", alt="replace a substring in a string|substitute one word for another", names="replace_text")
F("convert a string to snake case", '''
import re


def to_snake_case(name: str) -> str:
    """Convert a camel case name to snake case."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
''', "to_snake_case('myVariableName')", "It puts an underscore before each capital letter.", alt="convert camelCase to snake_case|convert camel case to snake case", names="camel_to_snake", topic="camelCase to snake_case")
F("convert snake case to camel case", '''
def to_camel_case(name: str) -> str:
    """Convert a snake case name to camel case."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
''', "to_camel_case('my_variable_name')", "It capitalizes all words but the first.", alt="convert snake_case to camelCase", names="snake_to_camel", topic="snake_case to camelCase")
F("check if a string contains a substring", '''
def contains(text: str, part: str) -> bool:
    """Return True if part is in text."""
    return part in text
''', "contains('hello world', 'world')", "The operator `in` looks for a substring.", alt="check whether a string contains another string|test if a substring is in a string", names="has_substring", topic="substring check")
F("check if a string starts with a prefix", '''
def has_prefix(text: str, prefix: str) -> bool:
    """Return True if text starts with prefix."""
    return text.startswith(prefix)
''', "has_prefix('python', 'py')", "It uses the string method `startswith`.", alt="check whether a string starts with another string|test if a string begins with a prefix")
F("check if a string contains only digits", '''
def only_digits(text: str) -> bool:
    """Return True if text contains only digits."""
    return text.isdigit()
''', "only_digits('12345')", "It uses the string method `isdigit`.", alt="check whether a string is numeric|test if a string is made of digits|check if a string is a number", names="is_numeric")
F("check if a string is empty", '''
def is_empty(text: str) -> bool:
    """Return True if text is empty."""
    return len(text) == 0
''', "is_empty('')", "An empty string has length zero.", alt="test whether a string is empty", names="empty")
F("validate an email address", '''
import re


def is_valid_email(address: str) -> bool:
    """Return True if address looks like an email address."""
    pattern = r"[\\w.+-]+@[\\w-]+\\.[\\w.-]+"
    return re.fullmatch(pattern, address) is not None
''', "is_valid_email('ann@example.com')", "It matches the address with a simple regular expression.", alt="check if an email address is valid|check whether a string is a valid email|validate emails with a regex", names="validate_email", topic="email validation|validating an email")
F("validate a password", '''
def is_valid_password(password: str) -> bool:
    """Return True if password is long enough and has letters and digits."""
    if len(password) < 8:
        return False
    has_letter = any(c.isalpha() for c in password)
    has_digit = any(c.isdigit() for c in password)
    return has_letter and has_digit
''', "is_valid_password('secret123')", "It checks the length, then looks for a letter and a digit.", alt="check if a password is strong|check the strength of a password", names="validate_password|is_strong_password", topic="password validation")
F("generate a random password", '''
import secrets
import string


def generate_password(length: int = 12) -> str:
    """Return a random password."""
    alphabet = string.ascii_letters + string.digits + string.punctuation
    return "".join(secrets.choice(alphabet) for _ in range(length))
''', "len(generate_password(10))", "The module `secrets` picks each character at random.", alt="create a random password|make a password generator|generate a secure password", names="random_password", topic="password generator|a password generator")
F("generate a random string", '''
import random
import string


def random_string(length: int) -> str:
    """Return a random string of letters."""
    return "".join(random.choice(string.ascii_lowercase) for _ in range(length))
''', "len(random_string(8))", "It joins randomly chosen letters.", alt="create a random string of a given length")
F("truncate a string to a maximum length", '''
def truncate(text: str, length: int) -> str:
    """Return text cut to length characters."""
    if len(text) <= length:
        return text
    return text[:length - 3] + "..."
''', "truncate('hello world', 8)", "Longer texts are cut and end with three dots.", alt="shorten a string|cut a string to a given length", names="shorten")
F("check if a sentence is a pangram", '''
import string


def is_pangram(text: str) -> bool:
    """Return True if text contains every letter of the alphabet."""
    return set(string.ascii_lowercase) <= set(text.lower())
''', "is_pangram('The quick brown fox jumps over the lazy dog')", "It compares the set of letters with the alphabet.", alt="check whether a string is a pangram", topic="pangram")
F("compress a string with run-length encoding", '''
def run_length_encode(text: str) -> str:
    """Return the run-length encoding of text."""
    result = ""
    i = 0
    while i < len(text):
        count = 1
        while i + count < len(text) and text[i + count] == text[i]:
            count += 1
        result += text[i] + str(count)
        i += count
    return result
''', "run_length_encode('aaabbc')", "It counts equal characters that stand next to each other.", alt="implement run-length encoding|run-length encode a string", names="rle|compress_string", topic="run-length encoding")
F("return the initials of a name", '''
def initials(name: str) -> str:
    """Return the initials of a name."""
    return "".join(word[0].upper() for word in name.split())
''', "initials('Ada Lovelace')", "It takes the first letter of each word.", alt="get the initials of a person's name", names="get_initials")
F("compute the Levenshtein distance of two strings", '''
def levenshtein(a: str, b: str) -> int:
    """Return the edit distance between a and b."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            cost = previous if x == y else 1 + min(previous, row[j], row[j - 1])
            previous, row[j] = row[j], cost
    return row[-1]
''', "levenshtein('kitten', 'sitting')", "It fills a table row by row with the cheapest edits.", alt="compute the edit distance between two strings|calculate the Levenshtein distance", names="edit_distance", topic="Levenshtein distance|edit distance")
F("find the longest common prefix of a list of strings", '''
def longest_common_prefix(words: list[str]) -> str:
    """Return the longest common prefix of words."""
    if not words:
        return ""
    prefix = words[0]
    for word in words[1:]:
        while not word.startswith(prefix):
            prefix = prefix[:-1]
    return prefix
''', "longest_common_prefix(['flower', 'flow', 'flight'])", "It shortens the prefix until every word starts with it.", alt="return the longest common prefix of some strings", names="common_prefix", topic="longest common prefix")
F("check if brackets are balanced", '''
def is_balanced(text: str) -> bool:
    """Return True if all brackets in text are balanced."""
    pairs = {")": "(", "]": "[", "}": "{"}
    stack = []
    for char in text:
        if char in pairs.values():
            stack.append(char)
        elif char in pairs:
            if not stack or stack.pop() != pairs[char]:
                return False
    return not stack
''', "is_balanced('([]{})') ;; is_balanced('(]')", "Opening brackets go onto a stack and closing ones must match its top.", alt="check for balanced parentheses|check whether the parentheses in a string are balanced|validate parentheses", names="balanced_parentheses|valid_parentheses", topic="balanced parentheses|balanced brackets")
F("split a string into words", '''
def split_words(text: str) -> list[str]:
    """Return the words of text."""
    return text.split()
''', "split_words('one two three')", "The method `split` cuts at white space.", alt="split a sentence into a list of words|split a string into a list", topic="splitting a string")
F("join a list of strings with commas", '''
def join_with_commas(words: list[str]) -> str:
    """Return the words joined with commas."""
    return ", ".join(words)
''', "join_with_commas(['a', 'b', 'c'])", "The method `join` puts the separator between the words.", alt="join a list into a string|convert a list of strings to a comma separated string", names="join_words", topic="joining strings")
F("repeat a string n times", '''
def repeat_string(text: str, n: int) -> str:
    """Return text repeated n times."""
    return text * n
''', "repeat_string('ab', 3)", "A string times a number repeats it.", alt="repeat a string several times", names="repeat")
# ---- lists ----
F("find the maximum of a list", '''
def find_max(numbers: list[float]) -> float:
    """Return the largest number of the list."""
    largest = numbers[0]
    for number in numbers:
        if number > largest:
            largest = number
    return largest
''', "find_max([3, 9, 2])", "It walks through the list and remembers the largest number so far.", alt="find the largest number in a list|return the maximum of a list|find the max value in a list|return the largest element of a list|find the biggest number in a list|get the maximum of a list", names="max_of_list|maximum|largest", p="numbers|values|items", topic="maximum of a list|max of a list")
F("find the minimum of a list", '''
def find_min(numbers: list[float]) -> float:
    """Return the smallest number of the list."""
    smallest = numbers[0]
    for number in numbers:
        if number < smallest:
            smallest = number
    return smallest
''', "find_min([3, 9, 2])", "It walks through the list and remembers the smallest number so far.", alt="find the smallest number in a list|return the minimum of a list|find the min value in a list|get the minimum of a list", names="min_of_list|minimum|smallest", p="numbers|values|items", topic="minimum of a list")
F("find the minimum and maximum of a list", '''
def min_max(numbers: list[float]) -> tuple[float, float]:
    """Return the smallest and the largest number of the list."""
    return min(numbers), max(numbers)
''', "min_max([3, 9, 2])", "It returns both values as a tuple.", alt="return the smallest and largest number in a list", names="find_min_max")
F("sum a list of numbers", '''
def sum_list(numbers: list[float]) -> float:
    """Return the sum of all numbers in the list."""
    total = 0
    for number in numbers:
        total += number
    return total
''', "sum_list([1, 2, 3, 4])", "It adds each number to a total.", alt="return the sum of a list|calculate the sum of a list of numbers|add all the numbers in a list|sum the numbers in a list|compute the sum of all elements in a list|add up a list of numbers|sum all elements of a list", names="sum_of_list|total|list_sum", p="numbers|values|items", topic="sum of a list")
F("multiply all numbers in a list", '''
def product(numbers: list[float]) -> float:
    """Return the product of all numbers in the list."""
    result = 1
    for number in numbers:
        result *= number
    return result
''', "product([2, 3, 4])", "It multiplies the result by each number.", alt="return the product of a list|compute the product of a list of numbers", names="product_of_list|multiply_list", topic="product of a list")
F("compute the average of a list", '''
def average(numbers: list[float]) -> float:
    """Return the average of the numbers."""
    if not numbers:
        return 0
    return sum(numbers) / len(numbers)
''', "average([2, 4, 6])", "It divides the sum by the number of elements.", alt="compute the mean of a list|calculate the average of a list of numbers|return the mean of a list of numbers|find the average of a list", names="mean|list_average", p="numbers|values", topic="average of a list|mean of a list")
F("compute the median of a list", '''
def median(numbers: list[float]) -> float:
    """Return the median of the numbers."""
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    if len(ordered) % 2 == 1:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2
''', "median([5, 1, 3])", "It sorts the numbers and takes the middle one, or the mean of the two middle ones.", alt="find the median of a list|calculate the median of a list of numbers|return the median of a list", names="find_median", p="numbers|values", topic="median|median of a list")
F("find the mode of a list", '''
def mode(items: list):
    """Return the most common item."""
    return max(set(items), key=items.count)
''', "mode([1, 2, 2, 3])", "It takes the item with the highest count.", alt="find the most common element in a list|return the most frequent element of a list|find the most frequent item in a list", names="most_common|most_frequent", topic="mode of a list")
F("compute the standard deviation of a list", '''
import math


def standard_deviation(numbers: list[float]) -> float:
    """Return the standard deviation of the numbers."""
    mean = sum(numbers) / len(numbers)
    variance = sum((x - mean) ** 2 for x in numbers) / len(numbers)
    return math.sqrt(variance)
''', "standard_deviation([2, 4, 4, 4, 5, 5, 7, 9])", "It is the root of the mean squared distance from the mean.", alt="calculate the standard deviation of a list of numbers", names="std_dev", topic="standard deviation")
F("reverse a list", '''
def reverse_list(items: list) -> list:
    """Return the items in reverse order."""
    return items[::-1]
''', "reverse_list([1, 2, 3])", "The slice `[::-1]` walks through the list backwards.", alt="return a reversed list|return the reverse of a list|reverse the order of a list", names="reversed_list", p="items|values|lst", topic="reversing a list")
F("remove duplicates from a list", '''
def remove_duplicates(items: list) -> list:
    """Return the items without duplicates, in order."""
    seen = set()
    result = []
    for item in items:
        if item not in seen:
            seen.add(item)
            result.append(item)
    return result
''', "remove_duplicates([1, 2, 2, 3, 1])", "A set remembers which items were seen.", alt="return the unique items of a list|remove duplicate elements from a list|get unique values from a list|return a list without duplicates|deduplicate a list|delete duplicates from a list", names="unique|unique_items|dedupe", p="items|values|lst", topic="unique items of a list|removing duplicates")
F("find the duplicates in a list", '''
def find_duplicates(items: list) -> list:
    """Return the items that occur more than once."""
    seen = set()
    duplicates = []
    for item in items:
        if item in seen and item not in duplicates:
            duplicates.append(item)
        seen.add(item)
    return duplicates
''', "find_duplicates([1, 2, 2, 3, 3])", "An item that was seen before is a duplicate.", alt="return the duplicate elements of a list|find repeated items in a list", names="duplicates")
F("check if a list has duplicates", '''
def has_duplicates(items: list) -> bool:
    """Return True if an item occurs more than once."""
    return len(items) != len(set(items))
''', "has_duplicates([1, 2, 2])", "A set drops duplicates, so that it is shorter than the list.", alt="check whether a list contains duplicates|test if a list has duplicate values", names="contains_duplicate")
F("flatten a nested list", '''
def flatten(items: list) -> list:
    """Return a flat list of all items."""
    result = []
    for item in items:
        if isinstance(item, list):
            result.extend(flatten(item))
        else:
            result.append(item)
    return result
''', "flatten([1, [2, [3, 4]], 5])", "It calls itself for each item that is a list.", alt="flatten a list of lists|flatten a list|turn a nested list into a flat list|flatten nested lists recursively", names="flatten_list", p="items|nested|values", topic="flattening a list|flatten list")
F("merge two lists", '''
def merge_lists(first: list, second: list) -> list:
    """Return the items of first followed by those of second."""
    return first + second
''', "merge_lists([1, 2], [3, 4])", "The `+` operator joins two lists.", alt="concatenate two lists|combine two lists into one|join two lists|append one list to another", names="concat_lists|combine_lists", p="first,second|a,b|list1,list2", topic="merging lists")
F("merge two sorted lists", '''
def merge_sorted(a: list[int], b: list[int]) -> list[int]:
    """Merge two sorted lists into one sorted list."""
    result = []
    i = j = 0
    while i < len(a) and j < len(b):
        if a[i] <= b[j]:
            result.append(a[i])
            i += 1
        else:
            result.append(b[j])
            j += 1
    return result + a[i:] + b[j:]
''', "merge_sorted([1, 4], [2, 3, 5])", "It always takes the smaller of the two first items.", alt="combine two sorted lists into a sorted list|merge two sorted arrays", names="merge_sorted_lists", topic="merging two sorted lists")
F("sort a list of numbers", '''
def sort_numbers(numbers: list[float]) -> list[float]:
    """Return the numbers in ascending order."""
    return sorted(numbers)
''', "sort_numbers([3, 1, 2])", "It uses the built-in `sorted`.", alt="sort a list|sort a list in ascending order|return a sorted list|sort numbers", names="sort_list", p="numbers|values|items", topic="sorting a list")
F("sort a list in descending order", '''
def sort_descending(numbers: list[float]) -> list[float]:
    """Return the numbers in descending order."""
    return sorted(numbers, reverse=True)
''', "sort_descending([3, 1, 2])", "The argument `reverse=True` turns the order around.", alt="sort a list from largest to smallest|sort numbers in descending order|sort a list in reverse order")
F("sort a list of strings by length", '''
def sort_by_length(words: list[str]) -> list[str]:
    """Return the words sorted by their length."""
    return sorted(words, key=len)
''', "sort_by_length(['ccc', 'a', 'bb'])", "The key function `len` gives the length of each word.", alt="sort words by length|sort strings by their length")
F("sort a list of tuples by the second element", '''
def sort_by_second(pairs: list[tuple]) -> list[tuple]:
    """Return the tuples sorted by their second element."""
    return sorted(pairs, key=lambda pair: pair[1])
''', "sort_by_second([(1, 3), (2, 1)])", "The key function picks the second element.", alt="sort tuples by their second item")
F("sort a list of dictionaries by a key", '''
def sort_by_key(items: list[dict], key: str) -> list[dict]:
    """Return the dictionaries sorted by the value of key."""
    return sorted(items, key=lambda item: item[key])
''', "sort_by_key([{'n': 2}, {'n': 1}], 'n')", "The key function looks up the value in each dictionary.", alt="sort dictionaries by a key", names="sort_dicts")
F("check if a list is sorted", '''
def is_sorted(items: list) -> bool:
    """Return True if the items are in ascending order."""
    return all(a <= b for a, b in zip(items, items[1:]))
''', "is_sorted([1, 2, 3])", "It compares each item with the next one.", alt="check whether a list is sorted|test if a list is in ascending order", names="check_sorted")
F("find the second largest number in a list", '''
def second_largest(numbers: list[int]) -> int:
    """Return the second largest number of the list."""
    unique = sorted(set(numbers))
    return unique[-2]
''', "second_largest([4, 9, 7])", "It sorts the different numbers and takes the last but one.", alt="return the second largest element of a list|find the second highest number", names="second_highest", topic="second largest number")
F("count the even numbers in a list", '''
def count_even(numbers: list[int]) -> int:
    """Return how many numbers are even."""
    return sum(1 for n in numbers if n % 2 == 0)
''', "count_even([1, 2, 4])", "It counts the numbers without a remainder when divided by 2.", alt="return the number of even numbers in a list|count how many numbers in a list are even")
F("return the even numbers of a list", '''
def even_numbers(numbers: list[int]) -> list[int]:
    """Return only the even numbers."""
    return [n for n in numbers if n % 2 == 0]
''', "even_numbers([1, 2, 3, 4])", "A list comprehension keeps the numbers that are divisible by 2.", alt="filter the even numbers of a list|get the even numbers from a list|keep only even numbers in a list|filter even numbers", names="filter_even|get_even_numbers", topic="even numbers of a list|filtering even numbers")
F("return the odd numbers of a list", '''
def odd_numbers(numbers: list[int]) -> list[int]:
    """Return only the odd numbers."""
    return [n for n in numbers if n % 2 == 1]
''', "odd_numbers([1, 2, 3])", "A list comprehension keeps the numbers that are not divisible by 2.", alt="filter the odd numbers of a list|get the odd numbers from a list|keep only odd numbers", names="filter_odd")
F("return the positive numbers of a list", '''
def positive_numbers(numbers: list[float]) -> list[float]:
    """Return only the positive numbers."""
    return [n for n in numbers if n > 0]
''', "positive_numbers([-1, 2, 3])", "A list comprehension keeps the numbers above zero.", alt="filter the positive numbers of a list|remove negative numbers from a list", names="filter_positive")
F("square all numbers in a list", '''
def square_all(numbers: list[float]) -> list[float]:
    """Return the squares of the numbers."""
    return [n * n for n in numbers]
''', "square_all([1, 2, 3])", "A list comprehension squares each number.", alt="return the squares of a list of numbers|square each element of a list", names="squares")
F("double all numbers in a list", '''
def double_all(numbers: list[float]) -> list[float]:
    """Return each number times two."""
    return [2 * n for n in numbers]
''', "double_all([1, 2, 3])", "A list comprehension doubles each number.", alt="double each element of a list|multiply each number in a list by two", names="double")
F("split a list into chunks", '''
def chunks(items: list, size: int) -> list[list]:
    """Return the items in lists of the given size."""
    return [items[i:i + size] for i in range(0, len(items), size)]
''', "chunks([1, 2, 3, 4, 5], 2)", "It cuts a slice at every multiple of the size.", alt="divide a list into chunks of size n|split a list into parts of equal size|break a list into chunks|chunk a list", names="chunk_list|split_into_chunks", topic="chunking a list")
F("rotate a list", '''
def rotate(items: list, k: int) -> list:
    """Return the items rotated to the left by k places."""
    if not items:
        return []
    k %= len(items)
    return items[k:] + items[:k]
''', "rotate([1, 2, 3, 4], 1)", "It joins the part after `k` and the part before it.", alt="rotate a list by k positions|shift a list to the left|rotate an array", names="rotate_list", topic="rotating a list")
F("find the intersection of two lists", '''
def intersection(first: list, second: list) -> list:
    """Return the items that are in both lists."""
    return [item for item in first if item in second]
''', "intersection([1, 2, 3], [2, 3, 4])", "It keeps the items of the first list that are in the second one.", alt="find common elements of two lists|return the common items of two lists|find the elements that two lists share", names="common_elements|common_items", topic="common elements of two lists|intersection of two lists")
F("find the union of two lists", '''
def union(first: list, second: list) -> list:
    """Return all different items of both lists."""
    return list(dict.fromkeys(first + second))
''', "union([1, 2], [2, 3])", "The keys of a dictionary are unique and keep their order.", alt="return the union of two lists|combine two lists without duplicates", names="list_union")
F("find the difference of two lists", '''
def difference(first: list, second: list) -> list:
    """Return the items of first that are not in second."""
    return [item for item in first if item not in second]
''', "difference([1, 2, 3], [2])", "It keeps the items of the first list that are not in the second one.", alt="return the elements that are in one list but not in another", names="list_difference")
F("count how often an item occurs in a list", '''
def count_item(items: list, target) -> int:
    """Return how often target occurs."""
    return items.count(target)
''', "count_item([1, 2, 1], 1)", "It uses the list method `count`.", alt="count the occurrences of an element in a list|count an item in a list", names="count_occurrences")
F("find the index of an item in a list", '''
def find_index(items: list, target) -> int:
    """Return the index of target, or -1."""
    for i, item in enumerate(items):
        if item == target:
            return i
    return -1
''', "find_index(['a', 'b'], 'b')", "It compares each item and returns the first matching position.", alt="return the position of an element in a list|implement linear search|search a list for an item|do a linear search", names="linear_search|index_of", topic="linear search")
F("search a sorted list with binary search", '''
def binary_search(items: list, target) -> int:
    """Return the index of target in a sorted list, or -1."""
    low = 0
    high = len(items) - 1
    while low <= high:
        middle = (low + high) // 2
        if items[middle] == target:
            return middle
        if items[middle] < target:
            low = middle + 1
        else:
            high = middle - 1
    return -1
''', "binary_search([1, 3, 5, 7], 5)", "It halves the range that can hold the target in each step.", alt="implement binary search|do a binary search|find an element with binary search|perform a binary search on a sorted list", names="bsearch", p="items,target|numbers,value", topic="binary search|the binary search algorithm")
F("sort a list with bubble sort", '''
def bubble_sort(items: list) -> list:
    """Return the items sorted with bubble sort."""
    items = list(items)
    n = len(items)
    for i in range(n):
        for j in range(n - 1 - i):
            if items[j] > items[j + 1]:
                items[j], items[j + 1] = items[j + 1], items[j]
    return items
''', "bubble_sort([3, 1, 2])", "Neighbours in the wrong order are swapped until the list is sorted.", alt="implement bubble sort|sort a list using bubble sort|perform a bubble sort", names="bubblesort", topic="bubble sort|the bubble sort algorithm")
F("sort a list with quick sort", '''
def quick_sort(items: list) -> list:
    """Return the items sorted with quick sort."""
    if len(items) <= 1:
        return items
    pivot = items[len(items) // 2]
    left = [x for x in items if x < pivot]
    middle = [x for x in items if x == pivot]
    right = [x for x in items if x > pivot]
    return quick_sort(left) + middle + quick_sort(right)
''', "quick_sort([3, 1, 2])", "It sorts the smaller and the larger items on their own and joins the parts.", alt="implement quicksort|implement quick sort|sort a list using quicksort|perform a quick sort", names="quicksort", topic="quick sort|quicksort|the quicksort algorithm")
F("sort a list with merge sort", '''
def merge_sort(items: list) -> list:
    """Return the items sorted with merge sort."""
    if len(items) <= 1:
        return items
    middle = len(items) // 2
    left = merge_sort(items[:middle])
    right = merge_sort(items[middle:])
    result = []
    i = j = 0
    while i < len(left) and j < len(right):
        if left[i] <= right[j]:
            result.append(left[i])
            i += 1
        else:
            result.append(right[j])
            j += 1
    return result + left[i:] + right[j:]
''', "merge_sort([3, 1, 2])", "Both halves are sorted on their own and then merged.", alt="implement merge sort|sort a list using merge sort|perform a merge sort", names="mergesort", topic="merge sort|the merge sort algorithm")
F("sort a list with insertion sort", '''
def insertion_sort(items: list) -> list:
    """Return the items sorted with insertion sort."""
    items = list(items)
    for i in range(1, len(items)):
        value = items[i]
        j = i - 1
        while j >= 0 and items[j] > value:
            items[j + 1] = items[j]
            j -= 1
        items[j + 1] = value
    return items
''', "insertion_sort([3, 1, 2])", "Each item is moved to its place among the items before it.", alt="implement insertion sort|sort a list using insertion sort", topic="insertion sort")
F("sort a list with selection sort", '''
def selection_sort(items: list) -> list:
    """Return the items sorted with selection sort."""
    items = list(items)
    for i in range(len(items)):
        smallest = min(range(i, len(items)), key=lambda k: items[k])
        items[i], items[smallest] = items[smallest], items[i]
    return items
''', "selection_sort([3, 1, 2])", "The smallest remaining item is moved to the front in each step.", alt="implement selection sort|sort a list using selection sort", topic="selection sort")
F("sort a list with heap sort", '''
import heapq


def heap_sort(items: list) -> list:
    """Return the items sorted with a heap."""
    heap = list(items)
    heapq.heapify(heap)
    return [heapq.heappop(heap) for _ in range(len(heap))]
''', "heap_sort([3, 1, 2])", "A heap always gives the smallest item first.", alt="implement heap sort|sort a list using a heap", topic="heap sort")
F("find two numbers in a list that add up to a target", '''
def two_sum(numbers: list[int], target: int):
    """Return the indices of two numbers that add up to target, or None."""
    seen = {}
    for i, number in enumerate(numbers):
        if target - number in seen:
            return seen[target - number], i
        seen[number] = i
    return None
''', "two_sum([2, 7, 11, 15], 9)", "A dictionary remembers where each number was seen.", alt="solve the two sum problem|solve two sum", names="find_pair", topic="two sum")
F("find the largest sum of a contiguous sublist", '''
def max_subarray(numbers: list[int]) -> int:
    """Return the largest sum of a contiguous part of the list."""
    best = current = numbers[0]
    for number in numbers[1:]:
        current = max(number, current + number)
        best = max(best, current)
    return best
''', "max_subarray([-2, 1, -3, 4, -1, 2, 1])", "It uses Kadane's algorithm: a new part starts where the old sum would only hurt.", alt="find the maximum subarray sum|implement Kadane's algorithm", names="kadane|max_subarray_sum", topic="maximum subarray|Kadane's algorithm")
F("find the missing number in a list from 1 to n", '''
def missing_number(numbers: list[int], n: int) -> int:
    """Return the number from 1 to n that is not in the list."""
    return n * (n + 1) // 2 - sum(numbers)
''', "missing_number([1, 2, 4], 4)", "It subtracts the sum of the list from the sum of 1 to `n`.", alt="find the missing number", names="find_missing")
F("compute the running total of a list", '''
def running_total(numbers: list[float]) -> list[float]:
    """Return the cumulative sums of the numbers."""
    totals = []
    total = 0
    for number in numbers:
        total += number
        totals.append(total)
    return totals
''', "running_total([1, 2, 3])", "It appends the sum so far for each number.", alt="compute the cumulative sum of a list|calculate prefix sums", names="cumulative_sum|prefix_sums", topic="cumulative sum")
F("transpose a matrix", '''
def transpose(matrix: list[list[float]]) -> list[list[float]]:
    """Return the matrix with rows and columns swapped."""
    return [list(row) for row in zip(*matrix)]
''', "transpose([[1, 2], [3, 4]])", "The call `zip(*matrix)` gives the columns.", alt="transpose a 2D list|swap the rows and columns of a matrix|compute the transpose of a matrix", names="transpose_matrix", topic="matrix transpose|the transpose of a matrix")
F("multiply two matrices", '''
def matrix_multiply(a: list[list[float]], b: list[list[float]]) -> list[list[float]]:
    """Return the product of two matrices."""
    result = []
    for row in a:
        result.append([sum(x * y for x, y in zip(row, column)) for column in zip(*b)])
    return result
''', "matrix_multiply([[1, 2], [3, 4]], [[1, 0], [0, 1]])", "Each entry is the dot product of a row and a column.", alt="compute the product of two matrices|do a matrix multiplication", names="matmul", topic="matrix multiplication")
F("add two matrices", '''
def matrix_add(a: list[list[float]], b: list[list[float]]) -> list[list[float]]:
    """Return the sum of two matrices."""
    return [[x + y for x, y in zip(r, s)] for r, s in zip(a, b)]
''', "matrix_add([[1, 2]], [[3, 4]])", "It adds the entries at the same place.", alt="compute the sum of two matrices", names="add_matrices")
F("create an identity matrix", '''
def identity(n: int) -> list[list[int]]:
    """Return the identity matrix of size n."""
    return [[1 if i == j else 0 for j in range(n)] for i in range(n)]
''', "identity(2)", "The entry is 1 where row and column are equal.", alt="make an identity matrix of size n", names="identity_matrix")
F("compute the dot product of two vectors", '''
def dot(a: list[float], b: list[float]) -> float:
    """Return the dot product of two vectors."""
    return sum(x * y for x, y in zip(a, b))
''', "dot([1, 2, 3], [4, 5, 6])", "It multiplies the entries in pairs and adds the products.", alt="calculate the dot product of two lists", names="dot_product", topic="dot product")
F("remove an item from a list", '''
def remove_item(items: list, target) -> list:
    """Return the items without target."""
    return [item for item in items if item != target]
''', "remove_item([1, 2, 3], 2)", "A list comprehension keeps everything else.", alt="remove all occurrences of a value from a list|delete an element from a list", names="remove_value", topic="removing an item from a list")
F("return the first n items of a list", '''
def first_n(items: list, n: int) -> list:
    """Return the first n items."""
    return items[:n]
''', "first_n([1, 2, 3], 2)", "A slice takes the start of the list.", alt="get the first n elements of a list", names="take")
F("return the last n items of a list", '''
def last_n(items: list, n: int) -> list:
    """Return the last n items."""
    return items[-n:] if n else []
''', "last_n([1, 2, 3], 2)", "A negative slice counts from the end.", alt="get the last n elements of a list", names="tail")
F("return the last element of a list", '''
def last(items: list):
    """Return the last item."""
    return items[-1]
''', "last([1, 2, 3])", "The index -1 means the last item.", alt="get the last item of a list", names="last_item", topic="last element of a list")
F("return the first element of a list", '''
def first(items: list):
    """Return the first item."""
    return items[0]
''', "first([1, 2, 3])", "The index 0 means the first item.", alt="get the first item of a list", names="first_item")
F("shuffle a list", '''
import random


def shuffle_list(items: list) -> list:
    """Return the items in random order."""
    return random.sample(items, len(items))
''', "sorted(shuffle_list([1, 2, 3]))", "A random sample of full length is a random order.", alt="randomly shuffle a list|put a list in random order", names="shuffled", topic="shuffling a list")
F("pick a random element from a list", '''
import random


def pick_random(items: list):
    """Return a random item."""
    return random.choice(items)
''', "", "The function `random.choice` picks one item.", alt="choose a random item from a list|select a random element", names="random_item", topic="random choice")
F("generate a random number between two numbers", '''
import random


def random_number(low: int, high: int) -> int:
    """Return a random integer from low to high."""
    return random.randint(low, high)
''', "", "The function `random.randint` includes both ends.", alt="return a random integer|generate a random integer|create a random number", names="random_int", topic="random number|random numbers")
F("generate a list of random numbers", '''
import random


def random_numbers(n: int, low: int, high: int) -> list[int]:
    """Return n random integers from low to high."""
    return [random.randint(low, high) for _ in range(n)]
''', "len(random_numbers(5, 1, 6))", "A list comprehension calls `random.randint` n times.", alt="create a list of random integers|make a list of n random numbers", names="random_list")
F("zip two lists into a dictionary", '''
def lists_to_dict(keys: list, values: list) -> dict:
    """Return a dictionary of keys and values."""
    return dict(zip(keys, values))
''', "lists_to_dict(['a', 'b'], [1, 2])", "The call `zip` makes the pairs and `dict` collects them.", alt="create a dictionary from two lists|combine two lists into a dictionary", names="make_dict", topic="dictionary from two lists")
F("return all permutations of a list", '''
from itertools import permutations


def all_permutations(items: list) -> list[tuple]:
    """Return all orders of the items."""
    return list(permutations(items))
''', "all_permutations([1, 2])", "The module `itertools` makes the permutations.", alt="generate all permutations of a list|list the permutations of a list", names="get_permutations", topic="permutations")
F("return all subsets of a list", '''
def subsets(items: list) -> list[list]:
    """Return all subsets of the items."""
    result = [[]]
    for item in items:
        result += [subset + [item] for subset in result]
    return result
''', "subsets([1, 2])", "Each item doubles the subsets: once without and once with it.", alt="generate all subsets of a set|compute the power set", names="power_set", topic="power set|all subsets")
F("move all zeros to the end of a list", '''
def move_zeros(numbers: list[int]) -> list[int]:
    """Return the numbers with all zeros at the end."""
    other = [n for n in numbers if n != 0]
    return other + [0] * (len(numbers) - len(other))
''', "move_zeros([0, 1, 0, 2])", "It keeps the other numbers and fills up with zeros.", alt="move zeros to the end", names="zeros_to_end")
F("group a list of words by their first letter", '''
def group_by_first_letter(words: list[str]) -> dict[str, list[str]]:
    """Return the words grouped by their first letter."""
    groups = {}
    for word in words:
        groups.setdefault(word[0], []).append(word)
    return groups
''', "group_by_first_letter(['ant', 'bee', 'ape'])", "The method `setdefault` makes a new list for a new letter.", alt="group words by first letter", names="group_words")
F("check if all elements of a list are equal", '''
def all_equal(items: list) -> bool:
    """Return True if all items are equal."""
    return all(item == items[0] for item in items)
''', "all_equal([1, 1, 1])", "It compares each item with the first one.", alt="check whether all items in a list are the same", names="all_same")
F("interleave two lists", '''
def interleave(first: list, second: list) -> list:
    """Return the items of both lists in turn."""
    result = []
    for a, b in zip(first, second):
        result += [a, b]
    return result
''', "interleave([1, 2], ['a', 'b'])", "It walks through both lists at the same time.", alt="alternate the elements of two lists")
# ---- dictionaries ----
F("sort a dictionary by value", '''
def sort_by_value(data: dict) -> dict:
    """Return the dictionary sorted by its values."""
    return dict(sorted(data.items(), key=lambda item: item[1]))
''', "sort_by_value({'a': 3, 'b': 1})", "The items are sorted by their second part, the value.", alt="sort a dict by value|sort a dictionary by its values|order a dictionary by value", names="sort_dict_by_value", p="data|d", topic="sorting a dictionary by value|sort dict by value")
F("sort a dictionary by key", '''
def sort_by_key(data: dict) -> dict:
    """Return the dictionary sorted by its keys."""
    return dict(sorted(data.items()))
''', "sort_by_key({'b': 1, 'a': 2})", "Sorting the items sorts by the keys first.", alt="sort a dict by key|sort a dictionary by its keys", names="sort_dict_by_key", topic="sorting a dictionary by key")
F("merge two dictionaries", '''
def merge_dicts(first: dict, second: dict) -> dict:
    """Return both dictionaries as one; the second one wins."""
    return {**first, **second}
''', "merge_dicts({'a': 1}, {'b': 2})", "The `**` operator unpacks both dictionaries into a new one.", alt="combine two dictionaries|merge two dicts|join two dictionaries", names="combine_dicts", p="first,second|a,b|d1,d2", topic="merging dictionaries")
F("invert a dictionary", '''
def invert(data: dict) -> dict:
    """Return a dictionary from value to key."""
    return {value: key for key, value in data.items()}
''', "invert({'a': 1, 'b': 2})", "A dictionary comprehension swaps keys and values.", alt="swap the keys and values of a dictionary|reverse a dictionary", names="invert_dict|swap_keys_and_values", topic="inverting a dictionary")
F("find the key with the largest value in a dictionary", '''
def key_of_max(data: dict):
    """Return the key with the largest value."""
    return max(data, key=data.get)
''', "key_of_max({'a': 3, 'b': 7})", "The function `max` compares the keys by their values.", alt="return the key with the highest value|find the key with the maximum value", names="max_key")
F("filter a dictionary by value", '''
def filter_by_value(data: dict, minimum: float) -> dict:
    """Return the entries whose value is at least minimum."""
    return {key: value for key, value in data.items() if value >= minimum}
''', "filter_by_value({'a': 1, 'b': 5}, 2)", "A dictionary comprehension keeps the large values.", alt="filter the entries of a dictionary", names="filter_dict")
F("check if a key exists in a dictionary", '''
def has_key(data: dict, key) -> bool:
    """Return True if key is in the dictionary."""
    return key in data
''', "has_key({'a': 1}, 'a')", "The operator `in` looks at the keys.", alt="check whether a dictionary has a key|test if a key is in a dict", names="key_exists", topic="checking for a key in a dictionary")
F("sum the values of a dictionary", '''
def sum_values(data: dict) -> float:
    """Return the sum of all values."""
    return sum(data.values())
''', "sum_values({'a': 1, 'b': 2})", "It adds everything in `data.values()`.", alt="add all values of a dictionary|compute the sum of a dictionary's values", names="total_values")
F("remove a key from a dictionary", '''
def remove_key(data: dict, key) -> dict:
    """Return the dictionary without key."""
    return {k: v for k, v in data.items() if k != key}
''', "remove_key({'a': 1, 'b': 2}, 'a')", "A dictionary comprehension keeps all other keys.", alt="delete a key from a dictionary", names="without_key")
F("flatten a nested dictionary", '''
def flatten_dict(data: dict, prefix: str = "") -> dict:
    """Return a flat dictionary with dotted keys."""
    result = {}
    for key, value in data.items():
        name = prefix + key
        if isinstance(value, dict):
            result.update(flatten_dict(value, name + "."))
        else:
            result[name] = value
    return result
''', "flatten_dict({'a': {'b': 1}})", "It calls itself for each inner dictionary.", alt="turn a nested dictionary into a flat one", topic="flattening a dictionary")
F("print a dictionary", '''
def print_dict(data: dict) -> None:
    """Print each key and value."""
    for key, value in data.items():
        print(f"{key}: {value}")
''', "", "The method `items` gives pairs of key and value.", alt="print all keys and values of a dictionary|loop over a dictionary|iterate over a dictionary", names="show_dict", topic="looping over a dictionary")
# ---- files and data ----
F("read a file", '''
def read_file(path: str) -> str:
    """Return the contents of a text file."""
    with open(path, encoding="utf-8") as file:
        return file.read()
''', "", "The `with` statement closes the file at the end.", alt="read a text file|read the contents of a file|open a file and return its contents|read a file into a string|load a text file", names="read_text|load_file", p="path|filename", topic="reading a file|read file")
F("write a string to a file", '''
def write_file(path: str, text: str) -> None:
    """Write text to a file."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
''', "", "The mode `w` replaces the file if it exists.", alt="write text to a file|save a string to a file|write to a file", names="write_text|save_file", p="path,text|filename,content", topic="writing a file|write file")
F("append a line to a file", '''
def append_line(path: str, line: str) -> None:
    """Append a line to a file."""
    with open(path, "a", encoding="utf-8") as file:
        file.write(line + "\\n")
''', "", "The mode `a` writes at the end of the file.", alt="append text to a file|add a line to a file", names="append_to_file", topic="appending to a file")
F("read the lines of a file into a list", '''
def read_lines(path: str) -> list[str]:
    """Return the lines of a file."""
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\\n") for line in file]
''', "", "A file can be walked through line by line.", alt="read a file line by line|return a list of the lines of a file|read all lines of a file", names="get_lines", p="path|filename", topic="reading a file line by line")
F("count the lines in a file", '''
def count_lines(path: str) -> int:
    """Return the number of lines in a file."""
    with open(path, encoding="utf-8") as file:
        return sum(1 for _ in file)
''', "", "It counts one for each line.", alt="count the number of lines of a text file|count lines", names="line_count", topic="counting lines")
F("count the words in a file", '''
def count_words_in_file(path: str) -> int:
    """Return the number of words in a file."""
    with open(path, encoding="utf-8") as file:
        return len(file.read().split())
''', "", "It reads the file and splits it at white space.", alt="return the number of words of a text file", names="file_word_count")
F("read a JSON file", '''
import json


def read_json(path: str):
    """Return the data of a JSON file."""
    with open(path, encoding="utf-8") as file:
        return json.load(file)
''', "", "The function `json.load` parses the file.", alt="load a JSON file|parse a JSON file|load JSON from a file", names="load_json", p="path|filename", topic="reading JSON|JSON reading")
F("write data to a JSON file", '''
import json


def write_json(path: str, data) -> None:
    """Write data to a JSON file."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump(data, file, indent=2)
''', "", "The function `json.dump` writes the data with an indent of two.", alt="save a dictionary as JSON|write JSON|write a dictionary to a JSON file|save data to a JSON file|write a JSON file", names="save_json", topic="writing JSON")
F("parse a JSON string", '''
import json


def parse_json(text: str):
    """Return the data of a JSON string."""
    return json.loads(text)
''', "parse_json('[1, 2]')", "The function `json.loads` parses a string.", alt="convert a JSON string to a dictionary|decode JSON", names="from_json", topic="parsing JSON")
F("convert a dictionary to a JSON string", '''
import json


def to_json(data: dict) -> str:
    """Return data as a JSON string."""
    return json.dumps(data, indent=2)
''', "", "The function `json.dumps` makes a string.", alt="turn a dictionary into JSON|serialize a dictionary to JSON", names="dict_to_json")
F("read a CSV file", '''
import csv


def read_csv(path: str) -> list[dict]:
    """Return the rows of a CSV file as dictionaries."""
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
''', "", "The class `csv.DictReader` uses the first row as keys.", alt="parse a CSV file|load a CSV file|read a CSV file into a list of dictionaries|parse CSV", names="load_csv|parse_csv", p="path|filename", topic="reading a CSV file|parse CSV")
F("write a CSV file", '''
import csv


def write_csv(path: str, rows: list[list]) -> None:
    """Write rows to a CSV file."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
''', "", "The object `csv.writer` writes all rows at once.", alt="write rows to a CSV file|save a list to a CSV file|write CSV", names="save_csv", topic="writing a CSV file")
F("check if a file exists", '''
import os


def file_exists(path: str) -> bool:
    """Return True if the file exists."""
    return os.path.isfile(path)
''', "file_exists('missing.txt')", "The function `os.path.isfile` asks the system.", alt="check whether a file exists|test if a file exists", names="exists", topic="checking if a file exists")
F("list the files in a directory", '''
import os


def list_files(folder: str) -> list[str]:
    """Return the names of the files in a folder."""
    return [name for name in os.listdir(folder) if os.path.isfile(os.path.join(folder, name))]
''', "", "It keeps the entries that are files.", alt="list all files in a folder|get the files of a directory|return the files in a directory", names="get_files", topic="listing files")
F("find all files with an extension", '''
from pathlib import Path


def find_files(folder: str, extension: str) -> list[Path]:
    """Return all files with the extension below a folder."""
    return sorted(Path(folder).rglob(f"*.{extension}"))
''', "", "The method `rglob` also searches the folders inside.", alt="find all files of a type in a directory|search a folder for files with a given extension", names="find_by_extension")
F("copy a file", '''
import shutil


def copy_file(source: str, target: str) -> None:
    """Copy a file."""
    shutil.copyfile(source, target)
''', "", "The module `shutil` does the work.", alt="copy a file to another place", names="duplicate_file", topic="copying a file")
F("delete a file", '''
import os


def delete_file(path: str) -> None:
    """Delete a file if it exists."""
    if os.path.exists(path):
        os.remove(path)
''', "", "It checks first, so that a missing file is no error.", alt="remove a file", names="remove_file", topic="deleting a file")
F("return the size of a file", '''
import os


def file_size(path: str) -> int:
    """Return the size of a file in bytes."""
    return os.path.getsize(path)
''', "", "The function `os.path.getsize` asks the system.", alt="get the size of a file in bytes", names="get_file_size")
F("create a directory", '''
import os


def make_directory(path: str) -> None:
    """Create a directory if it does not exist."""
    os.makedirs(path, exist_ok=True)
''', "", "With `exist_ok=True` an existing directory is no error.", alt="create a folder|make a new directory", names="create_folder", topic="creating a directory")
F("return the extension of a file name", '''
import os


def get_extension(filename: str) -> str:
    """Return the extension of a file name."""
    return os.path.splitext(filename)[1]
''', "get_extension('report.txt')", "The function `splitext` cuts at the last dot.", alt="get the file extension", names="file_extension")
F("compute the SHA-256 hash of a string", '''
import hashlib


def sha256(text: str) -> str:
    """Return the SHA-256 hash of text."""
    return hashlib.sha256(text.encode()).hexdigest()
''', "sha256('')[:8]", "The module `hashlib` needs bytes, so that the text is encoded first.", alt="hash a string with SHA-256|hash a string", names="hash_string", topic="SHA-256 hash")
F("encode a string in base64", '''
import base64


def to_base64(text: str) -> str:
    """Return text encoded in base64."""
    return base64.b64encode(text.encode()).decode()
''', "to_base64('hello')", "Base64 works on bytes, so that the text is encoded and decoded.", alt="base64 encode a string|convert a string to base64", names="encode_base64", topic="base64 encoding")
F("decode a base64 string", '''
import base64


def from_base64(data: str) -> str:
    """Return the text of a base64 string."""
    return base64.b64decode(data).decode()
''', "from_base64('aGVsbG8=')", "It decodes the bytes and turns them into text.", alt="base64 decode a string", names="decode_base64")
F("download a web page", '''
from urllib.request import urlopen


def download(url: str) -> str:
    """Return the text of a web page."""
    with urlopen(url, timeout=10) as response:
        return response.read().decode("utf-8")
''', "", "It uses only the standard library.", alt="fetch a URL|download a file from a URL|make an HTTP GET request|get the content of a web page", names="fetch|fetch_url", topic="downloading a page|HTTP GET request")
F("extract all numbers from a string", '''
import re


def extract_numbers(text: str) -> list[int]:
    """Return all numbers in text."""
    return [int(n) for n in re.findall(r"\\d+", text)]
''', "extract_numbers('a1b22c3')", "The regular expression finds runs of digits.", alt="find all numbers in a text|get the numbers from a string", names="find_numbers", topic="extracting numbers from a string")
F("extract all email addresses from a text", '''
import re


def extract_emails(text: str) -> list[str]:
    """Return all email addresses in text."""
    return re.findall(r"[\\w.+-]+@[\\w-]+\\.[\\w.-]+", text)
''', "extract_emails('ask ann@example.com now')", "It uses a simple regular expression.", alt="find email addresses in a string", names="find_emails")
F("parse a key=value file", '''
def parse_config(path: str) -> dict[str, str]:
    """Return the settings of a key=value file."""
    settings = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            line = line.strip()
            if line and not line.startswith("#"):
                key, value = line.split("=", 1)
                settings[key.strip()] = value.strip()
    return settings
''', "", "Empty lines and comments are skipped.", alt="parse a config file|read a configuration file", names="read_config")
# ---- dates and time ----
F("return the current date", '''
from datetime import date


def today() -> str:
    """Return the current date as text."""
    return date.today().isoformat()
''', "", "The method `isoformat` gives year, month and day.", alt="get today's date|print the current date|get the current date", names="current_date", topic="today's date|current date")
F("return the current time", '''
from datetime import datetime


def current_time() -> str:
    """Return the current time as text."""
    return datetime.now().strftime("%H:%M:%S")
''', "", "The method `strftime` formats hours, minutes and seconds.", alt="get the current time|print the current time", names="time_now", topic="current time")
F("compute the days between two dates", '''
from datetime import date


def days_between(start: date, end: date) -> int:
    """Return the number of days from start to end."""
    return (end - start).days
''', "", "The difference of two dates has the attribute `days`.", alt="calculate the number of days between two dates|find the difference between two dates", names="date_difference", topic="days between two dates")
F("compute the age of a person", '''
from datetime import date


def age(birthday: date) -> int:
    """Return the age in years."""
    today = date.today()
    before = (today.month, today.day) < (birthday.month, birthday.day)
    return today.year - birthday.year - before
''', "", "One year is taken off if the birthday is still to come this year.", alt="calculate the age from a birth date|calculate someone's age", names="calculate_age", topic="age calculator")
F("return the name of the weekday of a date", '''
from datetime import date


def weekday_name(day: date) -> str:
    """Return the name of the weekday."""
    return day.strftime("%A")
''', "", "The format `%A` is the full name of the day.", alt="find the day of the week for a date|get the weekday of a date", names="day_of_week", topic="day of the week")
F("format seconds as hours, minutes and seconds", '''
def format_seconds(seconds: int) -> str:
    """Return seconds as hours:minutes:seconds."""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}"
''', "format_seconds(3661)", "The function `divmod` gives quotient and remainder.", alt="convert seconds to hours, minutes and seconds", names="seconds_to_time")
F("count down from a number", '''
import time


def countdown(seconds: int) -> None:
    """Count down to zero."""
    while seconds > 0:
        print(seconds)
        time.sleep(1)
        seconds -= 1
    print("Done!")
''', "", "It prints the number and waits for a second in each step.", alt="make a countdown timer|create a countdown|implement a countdown timer", names="countdown_timer|timer", topic="countdown|a countdown timer")
F("measure the time of a function call", '''
import time


def measure(function, *args):
    """Return the result and the seconds that the call took."""
    start = time.perf_counter()
    result = function(*args)
    return result, time.perf_counter() - start
''', "", "It reads the clock before and after the call.", alt="time a function call|measure how long a function takes", names="time_call", topic="timing a function")
# ---- decorators and such ----
F("measure the run time of a function as a decorator", '''
import functools
import time


def timer(function):
    """Print how long each call of function takes."""
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        result = function(*args, **kwargs)
        print(f"{function.__name__} took {time.perf_counter() - start:.3f} s")
        return result
    return wrapper
''', "", "The wrapper reads the clock before and after it calls the function.", alt="time functions with a decorator|act as a timer decorator|print how long a function takes as a decorator", names="timed|timing", topic="timer decorator|a timer decorator|a decorator that measures time|a timing decorator")
F("cache the results of a function as a decorator", '''
import functools


def memoize(function):
    """Remember the results of function."""
    cache = {}

    @functools.wraps(function)
    def wrapper(*args):
        if args not in cache:
            cache[args] = function(*args)
        return cache[args]
    return wrapper
''', "memoize(abs)(-3)", "The wrapper keeps a dictionary from arguments to results.", alt="memoize a function|act as a caching decorator", names="cached", topic="memoize decorator|a cache decorator|memoization")
F("retry a function as a decorator", '''
import functools
import time


def retry(times: int = 3, delay: float = 1.0):
    """Call the function again if it raises an error."""
    def decorator(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for attempt in range(times):
                try:
                    return function(*args, **kwargs)
                except Exception:
                    if attempt == times - 1:
                        raise
                    time.sleep(delay)
        return wrapper
    return decorator
''', "", "The last error is raised again when all tries are used up.", alt="retry a function a few times|retry a failing call", names="retry_call", topic="retry decorator|a retry decorator")
F("log each call of a function as a decorator", '''
import functools


def log_calls(function):
    """Print each call of function."""
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        print(f"calling {function.__name__} with {args} {kwargs}")
        return function(*args, **kwargs)
    return wrapper
''', "", "The wrapper prints the arguments before it calls the function.", alt="print the arguments of each call as a decorator|log function calls", names="logged|debug", topic="logging decorator|a logging decorator|a simple decorator")
F("measure time as a context manager", '''
import time
from contextlib import contextmanager


@contextmanager
def timing(label: str):
    """Print how long the block takes."""
    start = time.perf_counter()
    yield
    print(f"{label}: {time.perf_counter() - start:.3f} s")
''', "", "The code before `yield` runs at the start and the code after it at the end.", alt="time a block of code with a context manager", names="timed_block", topic="context manager|a context manager|timing context manager")
F("change the working directory as a context manager", '''
import os
from contextlib import contextmanager


@contextmanager
def working_directory(path: str):
    """Change to path and back at the end."""
    old = os.getcwd()
    os.chdir(path)
    try:
        yield
    finally:
        os.chdir(old)
''', "", "The `finally` part runs even if there is an error.", alt="change the current directory temporarily", names="cd")
F("return a function that adds a number", '''
def make_adder(n: float):
    """Return a function that adds n."""
    def adder(x: float) -> float:
        return x + n
    return adder
''', "make_adder(2)(3)", "The inner function remembers `n`: it is a closure.", alt="create an adder with a closure", topic="closure|a closure")
F("compose two functions", '''
def compose(f, g):
    """Return a function that applies g and then f."""
    return lambda x: f(g(x))
''', "compose(abs, int)('-3')", "The lambda calls both functions, one after the other.", alt="combine two functions into one", topic="function composition")
F("ask the user for a number", '''
def ask_number(prompt: str) -> int:
    """Ask until the user enters a whole number."""
    while True:
        try:
            return int(input(prompt))
        except ValueError:
            print("Please enter a number.")
''', "", "It asks again while `int` raises an error.", alt="read a number from the user|get a number from user input|ask the user for an integer|validate user input", names="read_number|input_number", topic="user input|reading a number")
F("ask a yes or no question", '''
def confirm(question: str) -> bool:
    """Return True if the user answers yes."""
    answer = input(f"{question} [y/n] ").strip().lower()
    return answer in ("y", "yes")
''', "", "It compares the answer in lower case.", alt="ask the user for a confirmation|ask the user to confirm", names="ask_yes_no")
F("greet a person by name", '''
def greet(name: str) -> str:
    """Return a greeting."""
    return f"Hello, {name}!"
''', "greet('Ann')", "It puts the name into an f-string.", alt="greet a user|return a greeting|say hello to a person|greet someone", names="say_hello|greeting", p="name|person", topic="a greeting")
F("convert a string to an integer safely", '''
def to_int(text: str, default: int = 0) -> int:
    """Return text as an integer, or default."""
    try:
        return int(text)
    except ValueError:
        return default
''', "to_int('42') ;; to_int('abc')", "The error of `int` is caught.", alt="parse an integer with a default|convert a string to an int", names="parse_int|safe_int", topic="string to int")
F("print a multiplication table", '''
def multiplication_table(n: int) -> None:
    """Print the multiplication table of n."""
    for i in range(1, 11):
        print(f"{n} x {i} = {n * i}")
''', "", "A loop prints one line for each factor from 1 to 10.", alt="print the multiplication table of a number|print the times table of a number", names="times_table", topic="multiplication table|a multiplication table")
F("print a triangle of stars", '''
def print_triangle(rows: int) -> None:
    """Print a triangle of stars."""
    for i in range(1, rows + 1):
        print("*" * i)
''', "", "Each row has one star more than the row before.", alt="print a star pattern|print a right triangle with stars", names="star_triangle", topic="star pattern|a triangle of stars")
F("print a pyramid of stars", '''
def print_pyramid(rows: int) -> None:
    """Print a pyramid of stars."""
    for i in range(rows):
        print(" " * (rows - i - 1) + "*" * (2 * i + 1))
''', "", "Spaces move the stars of each row to the middle.", alt="print a star pyramid", names="star_pyramid", topic="pyramid pattern|a pyramid")
F("solve the Tower of Hanoi", '''
def hanoi(n: int, source: str, target: str, spare: str) -> None:
    """Print the moves of the Tower of Hanoi."""
    if n == 0:
        return
    hanoi(n - 1, source, spare, target)
    print(f"move disk {n} from {source} to {target}")
    hanoi(n - 1, spare, target, source)
''', "", "The smaller disks are moved away, then the largest one, then the smaller ones on top.", alt="print the moves of the Tower of Hanoi|implement Tower of Hanoi", names="tower_of_hanoi", topic="Tower of Hanoi|the Tower of Hanoi")
F("search a graph with breadth-first search", '''
from collections import deque


def bfs(graph: dict, start) -> list:
    """Return the nodes in breadth-first order."""
    seen = {start}
    queue = deque([start])
    order = []
    while queue:
        node = queue.popleft()
        order.append(node)
        for neighbour in graph[node]:
            if neighbour not in seen:
                seen.add(neighbour)
                queue.append(neighbour)
    return order
''', "bfs({'a': ['b'], 'b': []}, 'a')", "A queue holds the nodes that are still to be visited.", alt="implement breadth-first search|do a breadth-first search of a graph|implement BFS|traverse a graph with BFS", names="breadth_first_search", topic="BFS|breadth-first search")
F("search a graph with depth-first search", '''
def dfs(graph: dict, node, seen=None) -> list:
    """Return the nodes in depth-first order."""
    if seen is None:
        seen = []
    seen.append(node)
    for neighbour in graph[node]:
        if neighbour not in seen:
            dfs(graph, neighbour, seen)
    return seen
''', "dfs({'a': ['b'], 'b': []}, 'a')", "It calls itself for each neighbour that was not seen yet.", alt="implement depth-first search|do a depth-first search of a graph|implement DFS|traverse a graph with DFS", names="depth_first_search", topic="DFS|depth-first search")
F("find the shortest paths with Dijkstra's algorithm", '''
import heapq


def dijkstra(graph: dict, start) -> dict:
    """Return the shortest distance from start to each node."""
    distances = {start: 0}
    queue = [(0, start)]
    while queue:
        distance, node = heapq.heappop(queue)
        if distance > distances[node]:
            continue
        for neighbour, weight in graph[node].items():
            new = distance + weight
            if new < distances.get(neighbour, float("inf")):
                distances[neighbour] = new
                heapq.heappush(queue, (new, neighbour))
    return distances
''', "dijkstra({'a': {'b': 2}, 'b': {}}, 'a')", "A heap always gives the nearest node that is left.", alt="implement Dijkstra's algorithm|implement Dijkstra", names="shortest_paths", topic="Dijkstra|Dijkstra's algorithm")
F("count the ways to climb stairs", '''
def climb_stairs(n: int) -> int:
    """Return the number of ways to climb n stairs with steps of 1 or 2."""
    a, b = 1, 1
    for _ in range(n):
        a, b = b, a + b
    return a
''', "climb_stairs(4)", "The ways to a stair are the sum of the ways to the two stairs before it.", alt="solve the climbing stairs problem", topic="climbing stairs")
F("find the longest common subsequence of two strings", '''
def lcs(a: str, b: str) -> int:
    """Return the length of the longest common subsequence."""
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a)):
        for j in range(len(b)):
            if a[i] == b[j]:
                table[i + 1][j + 1] = table[i][j] + 1
            else:
                table[i + 1][j + 1] = max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]
''', "lcs('abcde', 'ace')", "A table holds the answer for all prefixes of both strings.", alt="compute the longest common subsequence", names="longest_common_subsequence", topic="longest common subsequence")
F("solve the knapsack problem", '''
def knapsack(weights: list[int], values: list[int], capacity: int) -> int:
    """Return the largest value that fits into the capacity."""
    best = [0] * (capacity + 1)
    for weight, value in zip(weights, values):
        for c in range(capacity, weight - 1, -1):
            best[c] = max(best[c], best[c - weight] + value)
    return best[capacity]
''', "knapsack([1, 2, 3], [6, 10, 12], 5)", "The list holds the best value for each capacity.", alt="solve the 0/1 knapsack problem", topic="knapsack|the knapsack problem")
F("find the fewest coins for an amount", '''
def min_coins(coins: list[int], amount: int) -> int:
    """Return the smallest number of coins that make the amount, or -1."""
    best = [0] + [float("inf")] * amount
    for value in range(1, amount + 1):
        for coin in coins:
            if coin <= value:
                best[value] = min(best[value], best[value - coin] + 1)
    return best[amount] if best[amount] != float("inf") else -1
''', "min_coins([1, 2, 5], 11)", "The best count of each amount builds on the smaller amounts.", alt="solve the coin change problem", names="coin_change", topic="coin change")
F("roll a die", '''
import random


def roll_die(sides: int = 6) -> int:
    """Return a random number from 1 to sides."""
    return random.randint(1, sides)
''', "", "The function `random.randint` includes both ends.", alt="roll a dice|simulate a dice roll|simulate rolling a die", names="roll_dice|roll", topic="dice roll|a dice roll")
F("flip a coin", '''
import random


def flip_coin() -> str:
    """Return heads or tails."""
    return random.choice(["heads", "tails"])
''', "", "The function `random.choice` picks one of both.", alt="simulate a coin flip|toss a coin", names="coin_flip|toss_coin", topic="coin flip|a coin toss")
F("play rock, paper, scissors", '''
import random


def rock_paper_scissors(player: str) -> str:
    """Play one round against the computer."""
    beats = {"rock": "scissors", "paper": "rock", "scissors": "paper"}
    computer = random.choice(list(beats))
    if player == computer:
        return "draw"
    if beats[player] == computer:
        return "you win"
    return "you lose"
''', "", "The dictionary says what each choice beats.", alt="play a game of rock paper scissors|implement rock paper scissors", names="play", topic="rock paper scissors|a rock paper scissors game")
S("play a number guessing game", '''
import random

number = random.randint(1, 100)
guess = None
while guess != number:
    guess = int(input("Guess a number from 1 to 100: "))
    if guess < number:
        print("Too low!")
    elif guess > number:
        print("Too high!")
print("You found it!")
''', why="It picks a secret number and gives a hint after each guess.", alt="let the user guess a number", topic="a guessing game|number guessing game|a number guessing game|guess the number")
S("work as a simple calculator", '''
def calculate(a, operator, b):
    """Return the result of a simple calculation."""
    if operator == "+":
        return a + b
    if operator == "-":
        return a - b
    if operator == "*":
        return a * b
    if operator == "/":
        return a / b
    raise ValueError("unknown operator")


a = float(input("First number: "))
operator = input("Operator (+, -, *, /): ")
b = float(input("Second number: "))
print(calculate(a, operator, b))
''', why="It asks for two numbers and an operator and prints the result.", alt="implement a simple calculator|make a calculator", topic="calculator|a simple calculator|a calculator")
S("print hello world", '''
print("Hello, world!")
''', why="The function `print` writes the text to the screen.", alt="print Hello, World!|say hello world|output hello world|display hello world|print \"Hello, world!\"", topic="hello world|Hello World|a hello world program|hello world program")
S("print the numbers from 1 to 10", '''
for i in range(1, 11):
    print(i)
''', why="The end of `range` is not included, so that it is 11.", alt="print numbers from 1 to 10|count from 1 to 10|loop from 1 to 10", topic="a for loop|for loop|a simple loop")
S("print the even numbers from 1 to 20", '''
for i in range(2, 21, 2):
    print(i)
''', why="The third argument of `range` is the step.", alt="print all even numbers up to 20")
S("count with a while loop", '''
count = 0
while count < 5:
    print(count)
    count += 1
''', why="The loop runs while the condition is true.", alt="show a while loop|use a while loop", topic="a while loop|while loop")
S("show a list comprehension", '''
numbers = [1, 2, 3, 4, 5]
squares = [n ** 2 for n in numbers]
print(squares)
''', why="The part before `for` is computed for each item.", alt="use a list comprehension|demonstrate list comprehensions", topic="list comprehension|a list comprehension|list comprehensions")
S("show a dictionary comprehension", '''
squares = {n: n ** 2 for n in range(5)}
print(squares)
''', why="The part before `for` gives the key and the value.", alt="use a dict comprehension", topic="dictionary comprehension|dict comprehension")
S("show a try and except block", '''
try:
    number = int(input("Number: "))
    print(10 / number)
except ValueError:
    print("That is not a number.")
except ZeroDivisionError:
    print("Zero is not allowed.")
''', why="Each `except` part handles one kind of error.", alt="handle exceptions|use try and except|catch an exception", topic="try except|exception handling|error handling")
S("show a lambda function", '''
double = lambda x: 2 * x
print(double(4))
''', why="A lambda is a function without a name.", alt="use a lambda|demonstrate a lambda function", topic="lambda|a lambda function")
S("read the command-line arguments", '''
import argparse

parser = argparse.ArgumentParser(description="A small program")
parser.add_argument("name", help="who to greet")
parser.add_argument("--count", type=int, default=1, help="how often")
args = parser.parse_args()

for _ in range(args.count):
    print(f"Hello, {args.name}!")
''', why="The module `argparse` also makes the help text.", alt="parse command-line arguments|use argparse|parse arguments", topic="argparse|command line arguments|command-line arguments")
S("ask for a name and greet the user", '''
name = input("What is your name? ")
print(f"Hello, {name}!")
''', why="The function `input` returns what the user types.", alt="ask the user for their name and greet them|ask the user's name and say hello|greet the user", topic="user input and greeting")
S("run two threads", '''
import threading


def work(name):
    print(f"{name} is working")


threads = [threading.Thread(target=work, args=(f"thread {i}",)) for i in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
''', why="The method `join` waits for the end of each thread.", alt="use threads|start threads", topic="threading|threads|a thread example")
S("run an async function", '''
import asyncio


async def main():
    print("start")
    await asyncio.sleep(1)
    print("done")


asyncio.run(main())
''', why="The call `asyncio.run` starts the event loop.", alt="use asyncio|show async and await", topic="asyncio|async await|an asyncio example")
S("log messages", '''
import logging

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
log = logging.getLogger(__name__)
log.info("started")
log.warning("something looks odd")
''', why="The format says what stands before each message.", alt="use the logging module|set up logging", topic="logging|setting up logging")
S("write a unit test", '''
import unittest


def add(a, b):
    return a + b


class TestAdd(unittest.TestCase):
    def test_add(self):
        self.assertEqual(add(2, 3), 5)


if __name__ == "__main__":
    unittest.main()
''', why="Each method that starts with `test_` is one test.", alt="show a unit test|use unittest", topic="unittest|a unit test|unit testing")
S("start a small web server", '''
from http.server import HTTPServer, SimpleHTTPRequestHandler

server = HTTPServer(("localhost", 8000), SimpleHTTPRequestHandler)
print("http://localhost:8000")
server.serve_forever()
''', why="It serves the files of the current folder.", alt="serve files over HTTP|run a web server|create a simple HTTP server", topic="web server|a simple web server|an HTTP server")
S("use a SQLite database", '''
import sqlite3

connection = sqlite3.connect("people.db")
connection.execute("CREATE TABLE IF NOT EXISTS people (name TEXT, age INTEGER)")
connection.execute("INSERT INTO people VALUES (?, ?)", ("Ann", 30))
connection.commit()
for row in connection.execute("SELECT name, age FROM people"):
    print(row)
connection.close()
''', why="The question marks keep the values apart from the SQL text.", alt="create a SQLite table and insert a row|connect to a SQLite database", topic="sqlite|SQLite|a SQLite example")
S("keep a todo list", '''
tasks = []
while True:
    command = input("add, list or quit: ")
    if command == "add":
        tasks.append(input("Task: "))
    elif command == "list":
        for number, task in enumerate(tasks, 1):
            print(number, task)
    elif command == "quit":
        break
''', why="It loops until the user types `quit`.", alt="manage a to-do list|implement a to-do list", topic="todo list|a to-do list|a todo app")
# ---- classes ----
C("a stack", '''
class Stack:
    """A last in, first out stack."""

    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)

    def pop(self):
        return self.items.pop()

    def peek(self):
        return self.items[-1]

    def is_empty(self):
        return not self.items
''', "", "The end of a list is the top of the stack.", alt="a stack with push and pop|a stack data structure|a simple stack", names="MyStack", topic="Stack|stack")
C("a queue", '''
from collections import deque


class Queue:
    """A first in, first out queue."""

    def __init__(self):
        self.items = deque()

    def enqueue(self, item):
        self.items.append(item)

    def dequeue(self):
        return self.items.popleft()

    def is_empty(self):
        return not self.items
''', "", "A deque is fast at both ends.", alt="a queue with enqueue and dequeue|a queue data structure|a simple queue", names="MyQueue", topic="Queue|queue")
C("a linked list", '''
class Node:
    def __init__(self, value):
        self.value = value
        self.next = None


class LinkedList:
    """A singly linked list."""

    def __init__(self):
        self.head = None

    def append(self, value):
        node = Node(value)
        if self.head is None:
            self.head = node
            return
        current = self.head
        while current.next:
            current = current.next
        current.next = node

    def to_list(self):
        values = []
        current = self.head
        while current:
            values.append(current.value)
            current = current.next
        return values
''', "", "Each node holds a value and a link to the next node.", alt="a singly linked list|a linked list with append|a simple linked list", topic="LinkedList|linked list")
C("a binary search tree", '''
class Node:
    def __init__(self, value):
        self.value = value
        self.left = None
        self.right = None


class BinarySearchTree:
    """A binary search tree."""

    def __init__(self):
        self.root = None

    def insert(self, value):
        if self.root is None:
            self.root = Node(value)
            return
        node = self.root
        while True:
            side = "left" if value < node.value else "right"
            child = getattr(node, side)
            if child is None:
                setattr(node, side, Node(value))
                return
            node = child

    def contains(self, value):
        node = self.root
        while node and node.value != value:
            node = node.left if value < node.value else node.right
        return node is not None
''', "", "Smaller values go to the left and larger ones to the right.", alt="a binary tree|a binary search tree with insert and search", names="BST", topic="BinarySearchTree|binary search tree|binary tree")
C("a priority queue", '''
import heapq


class PriorityQueue:
    """A queue that gives the smallest priority first."""

    def __init__(self):
        self.heap = []

    def push(self, priority, item):
        heapq.heappush(self.heap, (priority, item))

    def pop(self):
        return heapq.heappop(self.heap)[1]
''', "", "A heap keeps the smallest entry in front.", alt="a priority queue with a heap", topic="PriorityQueue|priority queue")
C("a bank account", '''
class BankAccount:
    """A simple bank account."""

    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance

    def deposit(self, amount):
        self.balance += amount

    def withdraw(self, amount):
        if amount > self.balance:
            raise ValueError("not enough money")
        self.balance -= amount
''', "", "Withdrawing more than the balance raises an error.", alt="a bank account with deposit and withdraw|a simple bank account", names="Account", topic="BankAccount|bank account")
C("a rectangle", '''
class Rectangle:
    """A rectangle with width and height."""

    def __init__(self, width, height):
        self.width = width
        self.height = height

    def area(self):
        return self.width * self.height

    def perimeter(self):
        return 2 * (self.width + self.height)
''', "", "Two methods compute the area and the perimeter.", alt="a rectangle with area and perimeter", topic="Rectangle")
C("a circle", '''
import math


class Circle:
    """A circle with a radius."""

    def __init__(self, radius):
        self.radius = radius

    def area(self):
        return math.pi * self.radius ** 2

    def circumference(self):
        return 2 * math.pi * self.radius
''', "", "Two methods compute the area and the circumference.", alt="a circle with an area method", topic="Circle")
C("a point with x and y", '''
from dataclasses import dataclass


@dataclass
class Point:
    """A point with two coordinates."""

    x: float
    y: float
''', "", "The decorator `dataclass` writes `__init__` and `__repr__`.", alt="a point as a dataclass|a dataclass point|a 2D point", topic="Point dataclass|Point|dataclass Point|dataclass example|a dataclass")
C("a vector with addition", '''
class Vector:
    """A vector with two components."""

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __repr__(self):
        return f"Vector({self.x}, {self.y})"
''', "", "The method `__add__` is what the `+` operator calls.", alt="a 2D vector|operator overloading", topic="Vector|operator overloading")
C("a counter", '''
class Counter:
    """A counter that starts at zero."""

    def __init__(self):
        self.count = 0

    def increment(self):
        self.count += 1

    def reset(self):
        self.count = 0
''', "", "The method `increment` adds one.", alt="a counter with increment and reset|a simple counter", topic="Counter")
C("a student with grades", '''
class Student:
    """A student with a name and grades."""

    def __init__(self, name):
        self.name = name
        self.grades = []

    def add_grade(self, grade):
        self.grades.append(grade)

    def average(self):
        return sum(self.grades) / len(self.grades)
''', "", "The method `average` divides the sum of the grades by their number.", alt="a student with an average grade", topic="Student")
C("a timer as a context manager", '''
import time


class Timer:
    """Measure the time of a with block."""

    def __enter__(self):
        self.start = time.perf_counter()
        return self

    def __exit__(self, *args):
        self.seconds = time.perf_counter() - self.start
''', "", "The methods `__enter__` and `__exit__` run at the start and the end of the block.", alt="a context manager that measures time", topic="Timer|context manager class")
C("a simple cache with a maximum size", '''
from collections import OrderedDict


class LRUCache:
    """A cache that drops the entry that was not used for the longest time."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.data = OrderedDict()

    def get(self, key):
        if key not in self.data:
            return None
        self.data.move_to_end(key)
        return self.data[key]

    def put(self, key, value):
        self.data[key] = value
        self.data.move_to_end(key)
        if len(self.data) > self.capacity:
            self.data.popitem(last=False)
''', "", "The ordered dictionary keeps the entries in the order of their use.", alt="an LRU cache|a least recently used cache", topic="LRUCache|LRU cache")
C("a shape with subclasses", '''
import math


class Shape:
    """The base class of all shapes."""

    def area(self):
        raise NotImplementedError


class Square(Shape):
    def __init__(self, side):
        self.side = side

    def area(self):
        return self.side ** 2


class Circle(Shape):
    def __init__(self, radius):
        self.radius = radius

    def area(self):
        return math.pi * self.radius ** 2
''', "", "Each subclass has its own way to compute the area.", alt="shapes with inheritance|an example of inheritance|inheritance", topic="inheritance|class inheritance")
C("a singleton", '''
class Singleton:
    """A class with only one instance."""

    _instance = None

    def __new__(cls):
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance
''', "", "The method `__new__` always returns the same object.", alt="the singleton pattern", topic="Singleton|singleton|singleton pattern")
C("a graph", '''
class Graph:
    """An undirected graph."""

    def __init__(self):
        self.edges = {}

    def add_edge(self, a, b):
        self.edges.setdefault(a, set()).add(b)
        self.edges.setdefault(b, set()).add(a)

    def neighbours(self, node):
        return self.edges.get(node, set())
''', "", "A dictionary maps each node to the set of its neighbours.", alt="an undirected graph|a graph with an adjacency list", topic="Graph|graph")
C("an iterator that counts down", '''
class Countdown:
    """Count down from a number to 1."""

    def __init__(self, start):
        self.current = start

    def __iter__(self):
        return self

    def __next__(self):
        if self.current <= 0:
            raise StopIteration
        self.current -= 1
        return self.current + 1
''', "", "The method `__next__` returns the next number or raises `StopIteration`.", alt="an iterator|a custom iterator", topic="Countdown|iterator")
C("colors as an enum", '''
from enum import Enum


class Color(Enum):
    """Three colors."""

    RED = 1
    GREEN = 2
    BLUE = 3
''', "", "Each name is one member of the enum.", alt="an enum of colors|an enum", topic="Color enum|enum")
C("an inventory", '''
class Inventory:
    """The number of each item in stock."""

    def __init__(self):
        self.stock = {}

    def add(self, item, count=1):
        self.stock[item] = self.stock.get(item, 0) + count

    def remove(self, item, count=1):
        if self.stock.get(item, 0) < count:
            raise ValueError("not enough items")
        self.stock[item] -= count
''', "", "A dictionary maps each item to its count.", alt="a simple inventory", topic="Inventory|inventory")
C("a shopping cart", '''
class ShoppingCart:
    """A shopping cart with prices."""

    def __init__(self):
        self.items = []

    def add(self, name, price):
        self.items.append((name, price))

    def total(self):
        return sum(price for _, price in self.items)
''', "", "The total is the sum of all prices.", alt="a shopping cart with a total", names="Cart", topic="ShoppingCart|shopping cart")
C("a custom exception", '''
class ValidationError(Exception):
    """Raised when a value is not valid."""

    def __init__(self, field, message):
        super().__init__(f"{field}: {message}")
        self.field = field
''', "", "It extends `Exception` and remembers the field.", alt="a custom error|my own exception", topic="custom exception|ValidationError")

# ---- questions about Python ----
QA = [
    ("What is a list comprehension?", "A list comprehension builds a list in one expression:\n\n```python\nsquares = [n * n for n in range(5)]\n```\n\nThe part before `for` is computed for each item."),
    ("What is a decorator?", "A decorator is a function that takes a function and returns a new one. It is written with `@` above a definition:\n\n```python\n@timer\ndef work():\n    pass\n```"),
    ("What is a generator?", "A generator is a function that uses `yield`. It makes its values one at a time:\n\n```python\ndef count(n):\n    for i in range(n):\n        yield i\n```"),
    ("What is the difference between a list and a tuple?", "A list can be changed and a tuple can not. Lists are written with `[]` and tuples with `()`."),
    ("What is a dictionary?", "A dictionary maps keys to values:\n\n```python\nages = {\"Ann\": 30, \"Bob\": 25}\nprint(ages[\"Ann\"])\n```"),
    ("What is a tuple?", "A tuple is a sequence that can not be changed:\n\n```python\npoint = (3, 4)\nx, y = point\n```"),
    ("What is a set?", "A set holds each value only once and has no order:\n\n```python\nletters = {\"a\", \"b\", \"a\"}\nprint(len(letters))\n```"),
    ("What is a lambda?", "A lambda is a small function without a name:\n\n```python\ndouble = lambda x: 2 * x\n```"),
    ("What is recursion?", "A recursive function calls itself. It needs a case where it stops:\n\n```python\ndef factorial(n):\n    if n <= 1:\n        return 1\n    return n * factorial(n - 1)\n```"),
    ("What is a class?", "A class describes objects: which data they hold and what they can do:\n\n```python\nclass Dog:\n    def __init__(self, name):\n        self.name = name\n\n    def bark(self):\n        print(\"Woof!\")\n```"),
    ("What is an f-string?", "An f-string puts values into a text:\n\n```python\nname = \"Ann\"\nprint(f\"Hello, {name}!\")\n```"),
    ("What does the with statement do?", "The `with` statement makes sure that something is cleaned up at the end, for example that a file is closed:\n\n```python\nwith open(\"notes.txt\") as file:\n    text = file.read()\n```"),
    ("What is Python?", "Python is a programming language that is easy to read. It is used for scripts, web servers, data analysis and much more."),
    ("What is a variable?", "A variable is a name for a value:\n\n```python\ncount = 3\n```"),
    ("What is a function?", "A function is a named piece of code that can be called with arguments:\n\n```python\ndef add(a, b):\n    return a + b\n```"),
    ("What is None?", "`None` is the value that stands for nothing. A function without `return` returns `None`."),
    ("What is a module?", "A module is a file with Python code. It is loaded with `import`:\n\n```python\nimport math\n\nprint(math.pi)\n```"),
    ("What is an exception?", "An exception is an error that can be handled:\n\n```python\ntry:\n    number = int(\"abc\")\nexcept ValueError:\n    number = 0\n```"),
    ("What is the difference between == and is?", "`==` compares values and `is` asks whether two names mean the same object."),
    ("What does self mean?", "`self` is the object that a method is called on. It is the first parameter of each method."),
    ("What is a loop?", "A loop repeats code:\n\n```python\nfor i in range(3):\n    print(i)\n```"),
    ("What is a string?", "A string is a piece of text in quotes, such as `\"hello\"`."),
    ("What are *args and **kwargs?", "`*args` collects the positional arguments in a tuple and `**kwargs` the named ones in a dictionary."),
    ("What is a dataclass?", "A dataclass is a class that mostly holds data. Python writes `__init__` for it:\n\n```python\nfrom dataclasses import dataclass\n\n\n@dataclass\nclass Point:\n    x: float\n    y: float\n```"),
    ("What is a context manager?", "A context manager is an object for the `with` statement. Its `__enter__` runs at the start and its `__exit__` at the end."),
    ("What is a closure?", "A closure is an inner function that remembers the variables around it:\n\n```python\ndef make_adder(n):\n    def adder(x):\n        return x + n\n    return adder\n```"),
    ("What is a virtual environment?", "A virtual environment is a folder with its own Python packages. Create one with `python -m venv .venv`."),
    ("How do I install a package?", "Use pip:\n\n```\npython -m pip install requests\n```"),
    ("How do I make a comment?", "A comment starts with `#`:\n\n```python\n# This is a comment.\n```"),
    ("How do I import a module?", "Use `import`:\n\n```python\nimport math\n\nprint(math.sqrt(16))\n```"),
    ("How do I create a list?", "Write the items in square brackets:\n\n```python\nnumbers = [1, 2, 3]\nnumbers.append(4)\n```"),
    ("How do I create a dictionary?", "Write keys and values in braces:\n\n```python\nages = {\"Ann\": 30}\nages[\"Bob\"] = 25\n```"),
    ("How do I loop over a list?", "Use a `for` loop:\n\n```python\nfor item in items:\n    print(item)\n```"),
    ("How do I loop with an index?", "Use `enumerate`:\n\n```python\nfor i, item in enumerate(items):\n    print(i, item)\n```"),
    ("How do I write an if statement?", "Like this:\n\n```python\nif x > 0:\n    print(\"positive\")\nelif x == 0:\n    print(\"zero\")\nelse:\n    print(\"negative\")\n```"),
    ("How do I exit a program?", "Call `sys.exit`:\n\n```python\nimport sys\n\nsys.exit(0)\n```"),
    ("How do I wait for a second?", "Use `time.sleep`:\n\n```python\nimport time\n\ntime.sleep(1)\n```"),
    ("What is the time complexity of binary search?", "Binary search takes O(log n) steps, because it halves the range each time."),
    ("What is the time complexity of bubble sort?", "Bubble sort takes O(n^2) steps in the worst case."),
]
WHO = [
    "I am Sidewinder's demo model: a very small model for trying Sidewinder out. I can write simple Python functions.",
]
GREET = [
    "Hello! I am Sidewinder's demo model. Ask me for a simple Python function.",
]
OTHER_HELLO = {
    "C++": ("cpp", "#include <iostream>\n\nint main() {\n    std::cout << \"Hello, world!\\n\";\n    return 0;\n}"),
    "C": ("c", "#include <stdio.h>\n\nint main(void) {\n    printf(\"Hello, world!\\n\");\n    return 0;\n}"),
    "JavaScript": ("javascript", "console.log(\"Hello, world!\");"),
    "Rust": ("rust", "fn main() {\n    println!(\"Hello, world!\");\n}"),
    "Go": ("go", "package main\n\nimport \"fmt\"\n\nfunc main() {\n    fmt.Println(\"Hello, world!\")\n}"),
    "Java": ("java", "public class Main {\n    public static void main(String[] args) {\n        System.out.println(\"Hello, world!\");\n    }\n}"),
    "Bash": ("bash", "echo \"Hello, world!\""),
    "Ruby": ("ruby", "puts \"Hello, world!\""),
    "TypeScript": ("typescript", "console.log(\"Hello, world!\");"),
    "C#": ("csharp", "System.Console.WriteLine(\"Hello, world!\");"),
    "PHP": ("php", "<?php\necho \"Hello, world!\";"),
    "HTML": ("html", "<!DOCTYPE html>\n<html>\n<body>\n<p>Hello, world!</p>\n</body>\n</html>"),
}
OFF_TOPIC = """What is the capital of France?|Who won the World Cup?|Tell me a joke|Write me a poem|What is the weather today?|How old is the universe?
Translate this to German|What should I eat tonight?|Write an essay about history|Who is the president?|How do I cook pasta?|Tell me a story
What is the meaning of life?|Write a song about the sea|Explain quantum physics|What is the best movie?|Give me stock tips|Plan my holiday
Summarize the news|Write an email to my boss|What is 17 times 23?|Design a web shop with React|Write an operating system|Write a compiler
Train a neural network|Write a full web application|Explain general relativity|Who wrote Hamlet?|How tall is Mount Everest?|What is love?""".replace("\n", "|").split("|")
SORRY = "I am only a very small demo model and know a little simple Python. Please ask me for a simple Python function, or use the full model for this."
SYSTEMS = """You are a helpful coding assistant.|You are a helpful assistant.|Answer briefly.|You are an expert Python programmer.|You are Sidewinder, an offline coding assistant.
Always answer with code.|You write clean Python code.|Be concise.|You help beginners to learn Python.|Write simple code that is easy to read.|You are a senior software engineer.
Answer in Markdown.|Use clear names.|You are a friendly assistant.|Reply with a short answer and a code block.|You are a coding assistant. Give short answers.|Please be brief and correct.""".replace("\n", "|").split("|")

# more ways to ask (written after a first training run had shown that plain paraphrases failed; paraphrases.py is not in here)
MORE = {k.strip(): v.strip().split("|") for k, v in (x.split(":", 1) for x in """
add two numbers: a plus b|what is the sum of x and y|give me x + y|total of two numbers|plus two numbers|sum up two ints|put two numbers together|simple addition|calculate a + b
subtract two numbers: a minus b|take b away from a|x - y
multiply two numbers: a times b|product of x and y|x * y|how to multiply
divide two numbers: a divided by b|x / y|quotient of two ints|divide without crashing on zero
reverse a string: write a word backwards|string backwards|turn text around|mirror a string|read a string from the end to the start|spell a word in reverse|flip the letters of a word|last letter first|invert the order of the characters
check if a string is a palindrome: same forwards and backwards|is this word a palindrome|word equals its reverse|does a string equal its mirror image|check that text is symmetric
check if a number is prime: is n a prime|prime or not|primality test|test whether a number has only two divisors|number that only 1 and itself divide
return all prime numbers up to n: all primes below 100|list primes|every prime until n
compute the factorial of a number: n!|product of 1 to n|multiply all numbers from 1 to n|what is 5!|factorials
return the nth Fibonacci number: fib(n)|the sequence 0 1 1 2 3 5|each number is the sum of the two before it|fibonacci sequence term
compute the greatest common divisor of two numbers: largest common factor|greatest number dividing both a and b|highest common factor of two values|hcf
compute the least common multiple of two numbers: smallest number that both divide|smallest common multiple
check if a number is even: divisible by two|even or odd|is this number even|is n divisible by 2|check parity
check if a number is odd: is this odd|not divisible by two|test for an odd number
check if a year is a leap year: has this year 366 days|is 2024 a leap year|leap or not|year with an extra day
count the vowels in a string: number of a e i o u in a word|vowels in text|how many vowels|number of vowel letters
count the words in a string: number of words|how many words are in a text|words in this sentence|length of a text in words
count how often each word occurs in a text: histogram of words|how often does each word appear|word counts as a dict|number of times every word is used
count how often each character occurs in a string: histogram of letters|how often does each letter appear
check if two strings are anagrams: same letters in a different order|rearranged letters|is one word a rearrangement of another|two words made of equal letters
convert a string to uppercase: capital letters only|all caps|shout a text|upper case version|turn small letters into capitals
convert a string to lowercase: small letters only|lower case version|no capitals
remove spaces from a string: text without blanks|no spaces|delete the blanks|get rid of whitespace
find the maximum of a list: highest value in a list|biggest of many numbers|largest value|top number of a list|greatest number in an array|max value
find the minimum of a list: lowest value in a list|least of many numbers|smallest value|min value|lowest number in an array
sum a list of numbers: total of a list|add everything in a list|sum of an array|add together all values|what do all numbers make together|sum up all entries
multiply all numbers in a list: product of everything in a list|multiply all values together
compute the average of a list: mean value|average of some numbers|arithmetic mean|sum divided by count|what is the average
compute the median of a list: middle number|number in the middle after sorting|median value
reverse a list: list in reverse|list from the end to the start|turn an array around|flip an array|last item first
remove duplicates from a list: each item only once|unique values|distinct items|no repeats|drop double values|list without repeated values|keep one of each
find the duplicates in a list: which items appear twice|repeated values|values that occur more than once
flatten a nested list: one flat list from many lists|lists inside lists to a single list|unnest a list|make nested lists flat|join inner lists
merge two lists: one list from two|put two lists together|a list after another list
sort a list of numbers: put numbers in order|ascending order|smallest to largest|order an array|from low to high|numbers in increasing order
sort a list in descending order: largest to smallest|from high to low|numbers in decreasing order|big numbers first
split a list into chunks: groups of n items|pieces of equal size|batches from a list|slices of length n
find the intersection of two lists: items in both lists|what do two lists have in common|overlap of two lists|elements of both arrays
find the difference of two lists: items only in the first list|in one list but not in the other
return the even numbers of a list: only evens|keep the evens|even values
merge two dictionaries: one dict from two|dict union|put one dictionary into another|update a dict with another dict
sort a dictionary by value: order a dict by its values|dict items from the lowest value
invert a dictionary: values become keys|flip a dict
transpose a matrix: rows become columns|columns become rows|turn a matrix on its side|matrix flipped over its diagonal
convert Celsius to Fahrenheit: degrees C to F|celsius in fahrenheit|C to F|how many fahrenheit is a celsius temperature
convert Fahrenheit to Celsius: degrees F to C|fahrenheit in celsius|F to C
search a sorted list with binary search: fast search in a sorted array|halve the search range|bisect a sorted list
find the index of an item in a list: where is an item in a list|position of a value|at which place does x stand
read a file: contents of a file|get text out of a file|what is inside a file|file to string
write a string to a file: put text in a file|store text on disk|string to file
read a JSON file: json from disk|get data out of a json file
write data to a JSON file: dump data to json|store a dict as json
read a CSV file: rows of a csv|table from a csv file|get csv data
print hello world: first program|simplest program|hello|say hello to the world|my first python program
square all numbers in a list: square every number|each value squared
find the longest word in a sentence: word with the most letters|longest term in a text
capitalize each word of a string: every word with a capital letter|first letters big|title style
count how often a character occurs in a string: how many times does a letter appear|number of one letter in a word
return the square of a number: x squared|number times itself|n to the power of 2
raise a number to a power: x to the y|power function|exponentiation
compute the square root of a number: root of x|which number squared gives x
compute the area of a circle: circle area from a radius|how big is a circle|pi r squared
return the sum of the digits of a number: add the digits of 123|cross sum|digits added together
return the larger of two numbers: which of two numbers is bigger|max of a and b
find the second largest number in a list: runner up value|second biggest
check if brackets are balanced: do the parentheses match|every bracket is closed|matching brackets
measure the run time of a function as a decorator: decorator for timing|how long does a function run|stopwatch decorator
generate a random number between two numbers: random int|number by chance|pick a number at random
pick a random element from a list: random pick|one item by chance
swap two values: exchange a and b|x becomes y and y becomes x
greet a person by name: say hi to someone|hello name
""".strip().split("\n"))}
