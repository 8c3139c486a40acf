#pragma once

#include <string_view>
#include <utility>
#include <vector>

/// A small text in each language, with what a reader sees in it.
namespace sidewinder::test {

struct SyntaxSample {
    std::string_view language;
    std::string_view text;
    /// One a line: kind, path of names, first and last line from 1, "~" before a prototype's kind.
    std::string_view symbols;
    /// The first place of a piece of the text, and what all of it is.
    std::vector<std::pair<std::string_view, std::string_view>> highlights;
};

inline const std::vector<SyntaxSample>& syntax_samples() {
    static const std::vector<SyntaxSample> samples = {
        {"python",
         R"(import os
MAX_SIZE = 10

# Reads things.
@cached
def read(path, size=4):
    """Docs."""
    return f"{os.sep}x" + path

class Reader(Base):
    def next(self):
        return None
)",
         "variable MAX_SIZE 2-2\nfunction read 5-8\nclass Reader 10-12\nmethod Reader.next 11-12\n",
         {{"import", "keyword"},
          {"MAX_SIZE", "constant"},
          {"# Reads things.", "comment"},
          {"read", "function"},
          {"10", "number"},
          {"path", "parameter"},
          {"\"\"\"Docs.\"\"\"", "string"},
          {"self", "builtin"},
          {"Reader", "type"},
          {"None", "constant"}}},
        {"c",
         R"(#include <stdio.h>
#define SIZE 4
/* A pair. */
struct pair { int first; };
int sum(const struct pair *p);
// Sums.
static int *sum(const struct pair *p) {
    return printf("a\n") + 'c' + SIZE;
}
)",
         "macro SIZE 2-2\nstruct pair 4-4\n~function sum 5-5\nfunction sum 7-9\n",
         {{"#include", "keyword"},
          {"<stdio.h>", "string"},
          {"SIZE", "constant"},
          {"/* A pair. */", "comment"},
          {"int", "type"},
          {"first", "property"},
          {"sum", "function"},
          {"return", "keyword"},
          {"\\n", "escape"},
          {"'c'", "string"}}},
        {"cpp",
         R"(#pragma once
namespace app::core {
/// A thing.
template <typename T>
class Thing : public Base {
  public:
    explicit Thing(int size);
    T take(const T& value) const { return value; }
  private:
    int size_ = 0;
};
enum class Mode { On, Off };
}  // namespace app::core
const std::vector<int>& app::core::Thing<int>::all() const noexcept {
    auto it = static_cast<int>(1.5f);
    return nullptr;
}
)",
         "module app::core 2-13\nclass app::core::Thing 4-11\n~method app::core::Thing::Thing 7-7\n"
         "method app::core::Thing::take 8-8\nenum app::core::Mode 12-12\nconstant app::core::Mode::On 12-12\n"
         "constant app::core::Mode::Off 12-12\nfunction app::core::Thing<int>::all 14-17\n",
         {{"namespace", "keyword"},
          {"template", "keyword"},
          {"T", "type"},
          {"public", "keyword"},
          {"/// A thing.", "comment"},
          {"int", "type"},
          {"size_", "property"},
          {"auto", "type"},
          {"1.5f", "number"},
          {"nullptr", "constant"},
          {"take", "function"}}},
        {"csharp",
         R"(using System;
namespace App {
    // A point.
    public class Point : IShape {
        public int X { get; set; }
        private const int Max = 3;
        public Point(int x) { X = x; }
        public string Name(string prefix) => prefix + "p";
    }
    enum Color { Red }
}
)",
         "module App 2-11\nclass App.Point 4-9\nproperty App.Point.X 5-5\nproperty App.Point.Max 6-6\n"
         "method App.Point.Point 7-7\nmethod App.Point.Name 8-8\nenum App.Color 10-10\nconstant "
         "App.Color.Red 10-10\n",
         {{"using", "keyword"},
          {"public", "keyword"},
          {"Point", "type"},
          {"// A point.", "comment"},
          {"int", "type"},
          {"3", "number"},
          {"\"p\"", "string"},
          {"Name", "function"}}},
        {"java",
         R"(package a.b;
/** A shape. */
public class Shape extends Base {
    static final int MAX_SIDES = 8;
    public Shape(int sides) { this.sides = sides; }
    @Override
    public String name() { return "shape"; }
    interface Visitor { void visit(Shape s); }
}
)",
         "class Shape 3-9\nproperty Shape.MAX_SIDES 4-4\nmethod Shape.Shape 5-5\nmethod Shape.name 6-7\n"
         "interface Shape.Visitor 8-8\nmethod Shape.Visitor.visit 8-8\n",
         {{"package", "keyword"},
          {"/** A shape. */", "comment"},
          {"Base", "type"},
          {"MAX_SIDES", "constant"},
          {"8", "number"},
          {"this", "builtin"},
          {"name", "function"},
          {"\"shape\"", "string"},
          {"sides", "parameter"}}},
        {"javascript",
         R"(// Adds.
export function add(a, b) { return a + b; }
const twice = (x) => `${x}!` + x * 2;
class Store extends Base {
    get size() { return this.items.length; }
}
const LIMIT = 10;
)",
         "function add 2-2\nfunction twice 3-3\nclass Store 4-6\nmethod Store.size 5-5\nvariable LIMIT 7-7\n",
         {{"// Adds.", "comment"},
          {"export", "keyword"},
          {"add", "function"},
          {"a, ", ""},
          {"twice", "function"},
          {"2", "number"},
          {"Store", "constructor"},
          {"LIMIT", "constant"},
          {"this", "builtin"}}},
        {"jsx",
         "const App = () => <Box kind=\"a\"><p>hi</p></Box>;\n",
         "function App 1-1\n",
         {{"const", "keyword"}, {"\"a\"", "string"}, {"p", "tag"}, {"kind", "attribute"}}},
        {"typescript",
         R"(export interface Shape { name: string; area(): number }
type Pair<T> = [T, T];
export class Circle implements Shape {
    constructor(private radius: number) { super(); }
    area(): number { return Math.PI * this.radius ** 2; }
}
enum Color { Red }
export const load = async (path: string): Promise<void> => {};
const MAX_DEPTH = 4;
)",
         "interface Shape 1-1\n~method Shape.area 1-1\ntype Pair 2-2\nclass Circle 3-6\n"
         "method Circle.constructor 4-4\nmethod Circle.area 5-5\nenum Color 7-7\nfunction load 8-8\n"
         "variable MAX_DEPTH 9-9\n",
         {{"export", "keyword"},
          {"interface", "keyword"},
          {"Shape", "type"},
          {"string", "type"},
          {"radius", "parameter"},
          {"4", "number"},
          {"MAX_DEPTH", "constant"},
          {"load", "function"}}},
        {"tsx",
         "export const App = (p: Props) => <Box kind=\"a\">{p.x as number}</Box>;\n",
         "function App 1-1\n",
         {{"const", "keyword"}, {"Props", "type"}, {"kind", "attribute"}, {"\"a\"", "string"}}},
        {"go",
         R"(package main

const Limit = 4

// Store holds.
type Store struct{ items []int }

func (s *Store) Add(value int) error { return nil }
func main() { fmt.Println("hi\n", Limit) }
)",
         "constant Limit 3-3\nstruct Store 6-6\nmethod Store.Add 8-8\nfunction main 9-9\n",
         {{"package", "keyword"},
          {"// Store holds.", "comment"},
          {"error", "type"},
          {"Add", "function"},
          {"value", "parameter"},
          {"nil", "constant"},
          {"Println", "function"},
          {"4", "number"}}},
        {"rust",
         R"(use std::fmt;
pub const MAX: usize = 4;
/// A point.
#[derive(Debug)]
pub struct Point { x: i32 }
impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result { write!(f, "{}", self.x) }
}
trait Shape { fn area(&self) -> f64; }
mod inner { pub fn run() {} }
)",
         "constant MAX 2-2\nstruct Point 5-5\nmethod Point::fmt 7-7\ntrait Shape 9-9\n~method Shape::area "
         "9-9\n"
         "module inner 10-10\nfunction inner::run 10-10\n",
         {{"use", "keyword"},
          {"MAX", "constant"},
          {"4", "number"},
          {"Point", "type"},
          {"write", "macro"},
          {"x", "property"},
          {"area", "function"}}},
        {"bash",
         R"(#!/bin/bash
NAME="world"
# Greets.
greet() {
  if [ -n "$1" ]; then echo "hi $1"; fi
}
greet "$NAME"
)",
         "variable NAME 2-2\nfunction greet 4-6\n",
         {{"# Greets.", "comment"},
          {"NAME", "property"},
          {"\"world\"", "string"},
          {"if", "keyword"},
          {"echo", "function"},
          {"greet", "function"}}},
        {"php",
         R"(<p>Hello</p>
<?php
namespace App;
class User extends Model {
    private $name = 'x';
    public function name(string $prefix): string { return $this->name . MAX_LEN; }
}
function helper() { return 42; }
)",
         "class User 4-7\nproperty User::name 5-5\nmethod User::name 6-6\nfunction helper 8-8\n",
         {{"p", "tag"},
          {"namespace", "keyword"},
          {"User", "type"},
          {"'x'", "string"},
          {"helper", "function"},
          {"42", "number"},
          {"MAX_LEN", "constant"}}},
        {"ruby",
         R"(module Shop
  LIMIT = 3
  # A cart.
  class Cart < Base
    def add(item, count: 1)
      @items << "#{item} x"
    end
    def self.build = new
  end
end
)",
         "module Shop 1-10\nconstant Shop::LIMIT 2-2\nclass Shop::Cart 4-9\nmethod Shop::Cart::add 5-7\n"
         "method Shop::Cart::build 8-8\n",
         {{"module", "keyword"},
          {"LIMIT", "constant"},
          {"# A cart.", "comment"},
          {"add", "function"},
          {"item", "parameter"},
          {"@items", "property"},
          {"3", "number"}}},
        {"json",
         "{\"name\": \"x\", \"list\": [1, true], \"a\": {\"b\": null}}\n",
         "key name 1-1\nkey list 1-1\nkey a 1-1\n",
         {{"\"name\"", "property"}, {"\"x\"", "string"}, {"1", "number"}, {"true", "constant"}}},
        {"html",
         R"(<!DOCTYPE html>
<!-- Note -->
<div id="main" class="a">text</div>
<script>const x = 1; // yes
</script>
<style>p { color: red; }</style>
)",
         "property main 3-3\nmodule script 4-5\nmodule style 6-6\n",
         {{"<!-- Note -->", "comment"},
          {"div", "tag"},
          {"class", "attribute"},
          {"const", "keyword"},
          {"1", "number"},
          {"// yes", "comment"},
          {"color", "property"}}},
        {"css",
         "/* a */\n.box > p { color: #fff; margin: 2px; }\n@media print { a { top: 0; } }\n",
         "rule .box > p 2-2\nrule print.a 3-3\n",
         {{"/* a */", "comment"},
          {"box", "property"},
          {"color", "property"},
          {"fff", "string"},
          {"@media", "keyword"}}},
        {"kotlin",
         R"(package a
// A point.
data class Point(val x: Int) {
    fun add(other: Point): Point = Point(x + 1)
}
interface Shape
fun main() { println("hi") }
)",
         "class Point 3-5\nmethod Point.add 4-4\ninterface Shape 6-6\nfunction main 7-7\n",
         {{"// A point.", "comment"},
          {"class", "keyword"},
          {"Int", "type"},
          {"fun", "keyword"},
          {"add", "function"},
          {"\"hi\"", "string"},
          {"1", "number"}}},
        {"swift",
         R"(import Foundation
// A point.
struct Point: Shape {
    let x: Int
    func add(_ other: Point) -> Int { return x + 1 }
}
extension Point { func neg() -> Int { -x } }
protocol Shape { func area() -> Double }
)",
         "struct Point 3-6\nproperty Point.x 4-4\nmethod Point.add 5-5\nmethod Point.neg 7-7\ninterface "
         "Shape 8-8\n"
         "~method Shape.area 8-8\n",
         {{"// A point.", "comment"},
          {"struct", "keyword"},
          {"Int", "type"},
          {"add", "function"},
          {"1", "number"}}},
        {"sql",
         "-- Users.\nCREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);\nSELECT name FROM users WHERE "
         "id = 3;\nCREATE FUNCTION one() RETURNS INTEGER LANGUAGE sql AS $body$ SELECT 1; $body$;\n",
         "table users 2-2\nfunction one 4-4\n",
         {{"-- Users.", "comment"},
          {"CREATE", "keyword"},
          {"3", "number"},
          {"users", "type"},
          {"SELECT", "keyword"}}},
        {"yaml",
         "# Top\nname: x\nlist:\n  - 1\n  - true\n",
         "key name 2-2\nkey list 3-5\n",
         {{"# Top", "comment"},
          {"name", "property"},
          {"x", "string"},
          {"1", "number"},
          {"true", "constant"}}},
        {"toml",
         "# Top\nname = \"x\"\n[server]\nport = 80\n",
         "key name 2-2\ntable server 3-4\n",
         {{"# Top", "comment"},
          {"name", "property"},
          {"\"x\"", "string"},
          {"80", "number"},
          {"server", "type"}}},
        {"lua",
         "-- Adds.\nlocal function add(a, b) return a + 1 end\nfunction M.run(x) print(\"hi\") end\n",
         "function add 2-2\nfunction M.run 3-3\n",
         {{"-- Adds.", "comment"},
          {"local", "keyword"},
          {"add", "function"},
          {"1", "number"},
          {"\"hi\"", "string"},
          {"print", "function"}}},
        {"make",
         "# All\nCC = gcc\nall: main.o\n\t$(CC) -o main main.o\n",
         "variable CC 2-2\nrule all 3-4\n",
         {{"# All", "comment"}, {"CC", "constant"}, {"all", "macro"}}},
        {"markdown",
         "# Title\n\nSome *fine* words and `code`.\n\n## Part\n\n> a **b**\n> c\n\n```cpp\nint x = 1;\n```\n",
         "heading Title 1-12\nheading Title.Part 5-12\n",
         {{"Title", "heading"},
          {"fine", "emphasis"},
          {"code", "literal"},
          {"b", "strong"},
          {"int", "type"},
          {"1", "number"}}},
    };
    return samples;
}

}  // namespace sidewinder::test
