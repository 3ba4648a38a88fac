# SPDX-License-Identifier: MIT
"""Writes the module _abi.py: constants, structures and calls of the library, as ctypes needs them.

    cc -E -I.. synaptogen/synaptogen.h | python3 abi.py VERSION >_abi.py

It reads the preprocessed public headers, so that nothing is written twice. It knows the C of these headers and stops at
anything else. It does not compute offsets: ctypes does, by the rules of the machine that it runs on. A test compares its
result with the compiler's.
"""

import re
import sys

SCALARS = {
    "void": "None", "_Bool": "c_bool", "bool": "c_bool", "char": "c_char", "int": "c_int", "float": "c_float",
    "double": "c_double", "size_t": "c_size_t", "uint8_t": "c_uint8", "uint32_t": "c_uint32", "uint64_t": "c_uint64",
}  # fmt: skip


def own_text(lines):
    """The lines that come from the public headers, by the compiler's line markers."""
    keep, text = False, []
    for line in lines:
        marker = re.match(r'# \d+ "(.*?)"', line)
        if marker:
            keep = "/synaptogen/" in "/" + marker.group(1)
        elif keep:
            text.append(line)
    return "".join(text)


def statements(text):
    """The declarations at file level, each without its semicolon and in one line."""
    depth, begin = 0, 0
    for place, character in enumerate(text):
        depth += (character == "{") - (character == "}")
        if character == ";" and depth == 0:
            yield " ".join(text[begin:place].split())
            begin = place + 1


class Headers:
    """What the declarations said so far."""

    def __init__(self):
        self.constants = {}  # enumerators
        self.enums = set()
        self.structs = {}  # name: [(member, ctypes type)]
        self.opaque = set()
        self.functions = {}  # name: (result, [arguments])

    def number(self, expression):
        names = re.sub(r"[A-Za-z_]\w*", lambda name: str(self.constants[name.group()]), expression)
        if not re.fullmatch(r"[\d\s+*()-]+", names):
            raise SystemExit(f"abi.py: no constant: {expression}")
        return int(eval(names))

    def enum(self, body):
        value = -1
        for entry in filter(None, (part.strip() for part in body.split(","))):
            name, _, given = entry.partition("=")
            value = self.number(given) if given else value + 1
            self.constants[name.strip()] = value

    def scalar(self, name):
        if name in SCALARS:
            return SCALARS[name]
        if name in self.enums:
            return "c_int"
        if name in self.structs:
            return name
        raise SystemExit(f"abi.py: unknown type: {name}")

    def pointer(self, name, depth, argument):
        """What stands for a pointer: an argument that is a structure is checked, other addresses are numbers."""
        if name == "char" and depth == 1:
            return "c_char_p"
        if argument and depth == 1 and name in self.structs:
            return f"POINTER({name})"
        return "c_void_p"

    def declarator(self, text, argument):
        """(name, ctypes type) of `const double *u[4]` and the like."""
        rows = re.fullmatch(r"(?:const )?\w+ \(\*(\w*)\)\[.*\]", text.strip())
        if rows:  # a pointer to rows
            return rows.group(1), "c_void_p"
        match = re.fullmatch(r"(?:const |struct )*(\w+)((?:\s|\*|\bconst\b)*)(\w*)((?: ?\[[^]]*\])*)", text.strip())
        if not match:
            raise SystemExit(f"abi.py: cannot read: {text}")
        base, stars, name, dimensions = match.groups()
        if not name and not argument:
            raise SystemExit(f"abi.py: no name: {text}")
        sizes = re.findall(r"\[([^]]*)\]", dimensions)
        depth = stars.count("*")
        if argument and sizes:  # an array that is an argument is a pointer
            return name, self.pointer(base, depth + len(sizes), True)
        kind = self.pointer(base, depth, argument) if depth else self.scalar(base)
        for size in reversed(sizes):
            kind = f"{kind} * {self.number(size)}" if "*" not in kind else f"({kind}) * {self.number(size)}"
        return name, kind

    def member(self, text):
        """The members of one line of a structure."""
        function = re.fullmatch(r"(.+?)\(\*(\w+)\)\((.*)\)", text)
        if function:
            result, name, arguments = function.groups()
            kinds = [self.declarator(result + " x", False)[1]] + self.arguments(arguments)
            return [(name, f"CFUNCTYPE({', '.join(kinds)})")]
        first, *others = text.split(",")
        base = re.match(r"(?:const |struct )*\w+ ", first).group()
        return [self.declarator(part, False) for part in [first] + [base + other.strip() for other in others]]

    def arguments(self, text):
        if text.strip() in ("", "void"):
            return []
        return [self.declarator(part, True)[1] for part in text.split(",")]

    def add(self, statement):
        if match := re.fullmatch(r"(?:typedef )?enum (\w+ )?\{(.*)\}( \w+)?", statement):
            self.enums.add((match.group(3) or "").strip())
            self.enum(match.group(2))
        elif match := re.fullmatch(r"typedef struct (\w+) \{(.*)\} (\w+)", statement):
            members = [part.strip() for part in match.group(2).split(";") if part.strip()]
            self.structs[match.group(1)] = [pair for text in members for pair in self.member(text)]
        elif match := re.fullmatch(r"typedef struct (\w+) (\w+)", statement):
            self.opaque.add(match.group(1))
        elif match := re.fullmatch(r"(.*?)(\w+)\((.*)\)", statement):
            result = self.declarator(match.group(1).strip() + " x", False)[1]
            self.functions[match.group(2)] = (result, self.arguments(match.group(3)))
        else:
            raise SystemExit(f"abi.py: cannot read: {statement}")


def write(headers, version):
    print('"""Constants, structures and calls of the C library, from its headers. abi.py writes this file."""\n')
    print("from ctypes import (CFUNCTYPE, POINTER, Structure, c_bool, c_char, c_char_p, c_double, c_float, c_int, c_size_t,")
    print("                    c_uint8, c_uint32, c_uint64, c_void_p)")
    print("from typing import Any, Dict, List, Tuple\n")
    print(f'VERSION = "{version}"')
    for name, value in headers.constants.items():
        print(f"{name} = {value}")
    for name, members in headers.structs.items():
        print(f"\n\nclass {name}(Structure):\n    _fields_ = [")
        for member, kind in members:
            print(f'        ("{member}", {kind}),')
        print("    ]")
    print("\n\n# name: (type of the result, types of the arguments)")
    print("FUNCTIONS: Dict[str, Tuple[Any, List[Any]]] = {")
    for name, (result, arguments) in headers.functions.items():
        print(f'    "{name}": ({result}, [{", ".join(arguments)}]),')
    print("}")


def main():
    headers = Headers()
    for statement in statements(own_text(sys.stdin)):
        headers.add(statement)
    if "syn_error" not in headers.structs or not headers.functions:
        raise SystemExit("abi.py: the input is not synaptogen/synaptogen.h")
    write(headers, sys.argv[1])


if __name__ == "__main__":
    main()
