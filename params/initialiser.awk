# SPDX-License-Identifier: MIT
# Turns a parameter set, JSON with one value or one list of numbers a line, into C: an initialiser of syn_params. Decimal
# numbers are those of the file; the compiler rounds them as a reader of JSON does. tests/model/test_params.c compares both.
function emit(text) { printf "%*s%s\n", 4 * depth, "", text }

# What stands before the value of a key in C. An empty text: the value has no member of its own.
function member(key) {
    if (key ~ /^[0-9]+$/)
        return "[" key - 1 "] = "
    if (key == "long")
        return "[SYN_LONG - 1] = "
    if (key ~ /^[KD]$/)
        return ".a[" (key == "D") "] = "
    return key == "" ? "" : "." tolower(key) " = "
}

# A list of numbers in braces, with the count before it if asked for.
function list(text, counted, parts) {
    gsub(/[][]/, "", text)
    return counted ? "{" split(text, parts, ",") ", {" text "}}" : "{" text "}"
}

BEGIN {
    print "#include \"model/model.h\"\n\nconst syn_params synp_params_default = {"
    depth = 1
}

{
    sub(/^ +/, "")
    sub(/,$/, "")
    key = match($0, /^"[^"]*": /) ? substr($0, 2, RLENGTH - 4) : ""
    value = substr($0, RLENGTH > 0 ? RLENGTH + 1 : 1)
}

key ~ /^(format|commit|file|features)$/ { next }

value == "{" || value == "[" {
    opened[++level] = NR > 1 && key !~ /^(source|iv|device_gmm)$/
    if (opened[level]) {
        emit(member(key) "{")
        depth++
        if (key ~ /^([0-9]+|long)$/)
            emit(".order = " (key == "long" ? "SYN_LONG" : key) ",")
    }
    polynomials = key == "gamma"
    next
}

value == "}" || value == "]" {
    polynomials = 0
    if (opened[level--]) {
        depth--
        emit("},")
    }
    next
}

key == "weight" { emit(".n_components = " split(value, parts, ",") ",") }
{ emit(member(key) (value ~ /^\[/ ? list(value, polynomials || key ~ /^(hhrs|llrs)$/) : value) ",") }

END { print "};" }
