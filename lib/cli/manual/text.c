/* SPDX-License-Identifier: MIT */
#include "cli/manual/text.h"

#include <stdbool.h>
#include <string.h>

enum { WIDTH = 80, TERM = 2, TERM_TEXT = 26 };

const char manual_summary[] = "stochastic ReRAM cells, arrays and crossbars";
const char manual_about[] =
    "Draws stochastic ReRAM cells, applies pulses and current-voltage loops to them, and programs and reads arrays "
    "of "
    "them. Writes netlists of crossbars for ngspice and solves crossbars with wires. Fits parameter sets to "
    "measurements. Results are CSV on standard output or in a file.";
const char manual_success[] = "Success.";
const char manual_failure[] =
    "The command failed: a file cannot be read or written, its contents are not as expected, "
    "or there is no memory. One line on standard error says why. No incomplete file is left.";
const char manual_usage_error[] = "The command line is wrong. One line on standard error names the option, what was "
                                  "expected, and what was found.";

void text_wrap(FILE *f, const char *text, size_t indent, size_t column)
{
    bool begun = false; /* a word stands on this line already */
    for (const char *c = text; *c;) {
        if (strncmp(c, "\n\n", 2) == 0) {
            fprintf(f, "\n\n%*s", (int)indent, "");
            column = indent;
            begun = false;
        }
        c += strspn(c, " \n");
        const size_t length = strcspn(c, " \n");
        if (begun && column + 1 + length > WIDTH) {
            fprintf(f, "\n%*s", (int)indent, "");
            column = indent;
            begun = false;
        }
        fprintf(f, "%s%.*s", begun ? " " : "", (int)length, c);
        column += begun + length;
        begun = true;
        c += length;
    }
    fputc('\n', f);
}

void text_term(FILE *f, const char *name, const char *text)
{
    const size_t length = strlen(name);
    fprintf(f, "%*s%s", TERM, "", name);
    if (TERM + length + 2 > TERM_TEXT)
        fprintf(f, "\n%*s", TERM_TEXT, "");
    else
        fprintf(f, "%*s", (int)(TERM_TEXT - TERM - length), "");
    text_wrap(f, text, TERM_TEXT, TERM_TEXT);
}
