# SPDX-License-Identifier: MIT
# awk -v name=NAME -v section=N -v summary=TEXT -v version=V -f man.awk PAGE.md: the page as a man page, in roff. It knows
# what the pages of this folder use: headings, paragraphs, lists, tables, fenced blocks, `code`, **bold**, *italic*, links.
# A table becomes a list: the first cell is the tag, the last cell the text, the cells in between follow with their headings.
BEGIN {
    printf ".TH \"%s\" %s \"\" \"Synaptogen for ngspice %s\"\n", toupper(name), section, version
    printf ".SH NAME\n%s \\- %s\n.SH DESCRIPTION\n", roff(name), roff(summary)
}

# Characters that roff would take for its own.
function roff(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    return text
}

# Replaces the first match of `pattern` again and again by its inner text between `before` and `after`.
function replace(text, pattern, width, before, after,    out) {
    out = ""
    while (match(text, pattern)) {
        out = out substr(text, 1, RSTART - 1) before substr(text, RSTART + width, RLENGTH - 2 * width) after
        text = substr(text, RSTART + RLENGTH)
    }
    return out text
}

function inline(text,    words) {
    while (match(text, /\[[^]]*\]\([^)]*\)/)) {
        words = substr(text, RSTART + 1, index(substr(text, RSTART), "](") - 2)
        text = substr(text, 1, RSTART - 1) words substr(text, RSTART + RLENGTH)
    }
    text = roff(text)
    text = replace(text, "`[^`]*`", 1, "\\fB", "\\fR")
    text = replace(text, "\\*\\*[^*]*\\*\\*", 2, "\\fB", "\\fR")
    text = replace(text, "\\*[^* ][^*]*\\*", 1, "\\fI", "\\fR")
    return text ~ /^[.']/ ? "\\&" text : text
}

function flush() {
    if (paragraph != "")
        print inline(paragraph)
    paragraph = ""
}

# Splits a row of a table into cell[1] .. cell[n]; returns n.
function row(line,    n, k) {
    gsub(/^\| *| *\|$/, "", line)
    n = split(line, cell, / *\| */)
    return n
}

/^```/ {
    flush()
    print fenced ? ".EE\n.RE" : ".PP\n.RS 4\n.EX"
    fenced = !fenced
    next
}
fenced {
    line = roff($0)
    print line ~ /^[.']/ ? "\\&" line : line
    next
}
/^# / { next }
/^## / { flush(); sub(/^## /, ""); print ".SH " toupper(inline($0)); next }
/^### / { flush(); sub(/^### /, ""); print ".SS " inline($0); next }
/^!\[/ { next }
/^\|/ {
    flush()
    if (!table) {
        table = 1
        columns = row($0)
        for (k = 1; k <= columns; k++)
            heading[k] = cell[k]
    } else if ($0 !~ /^\|[-|]*\|$/) {
        row($0)
        print ".TP\n" inline(cell[1]) "\n" inline(cell[columns]) "."
        for (k = 2; k < columns; k++)
            if (cell[k] != "")
                print toupper(substr(heading[k], 1, 1)) substr(heading[k], 2) ": " inline(cell[k]) "."
    }
    next
}
{ table = 0 }
/^$/ { flush(); fresh = 1; next }
/^- / { flush(); print ".IP \\(bu 3"; sub(/^- /, ""); fresh = 0 }
/^[0-9]+\. / { flush(); print ".IP " $1 " 4"; sub(/^[0-9]+\. /, ""); fresh = 0 }
{
    if (fresh && paragraph == "")
        print ".PP"
    fresh = 0
    sub(/^ +/, "")
    paragraph = paragraph (paragraph == "" ? "" : " ") $0
}
END {
    flush()
    print ".SH SEE ALSO\n.BR ngspice (1),\n.BR synaptogen (1)"
}
