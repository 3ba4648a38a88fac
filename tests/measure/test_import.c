/* SPDX-License-Identifier: MIT */
/* Files as instruments and laboratories write them. The files are written here, so that every number in them is known. */
#include "measure/import/number.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <zlib.h>

enum { QUARTER = 25, LOOP = 4 * QUARTER + 1, LOOPS = 4 };

static char *path;
static char text[1 << 20];
static size_t length;

static void begin(void)
{
    path = support_temporary();
    length = 0;
}

TestSuite(import, .init = begin, .fini = support_remove_temporary);

/* A bipolar cell: SET at -0.7 V and RESET at 0.8 V, 20 kohm and 2 kohm; each loop has its own voltages. */
static void make_loop(int loop, double u[LOOP], double i[LOOP])
{
    double r = 20000;
    for (int k = 0; k < LOOP; k++) {
        const int triangle = k <= QUARTER ? k : k <= 3 * QUARTER ? 2 * QUARTER - k : k - 4 * QUARTER;
        u[k] = -(1.2 + 0.01 * loop) * triangle / QUARTER;
        r = u[k] <= -0.7 ? 2000 : u[k] >= 0.8 ? 20000 : r;
        i[k] = u[k] / r;
    }
}

__attribute__((format(printf, 1, 2))) static void put(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    length += (size_t)vsnprintf(text + length, sizeof text - length, format, args);
    va_end(args);
    cr_assert(lt(sz, length, sizeof text));
}

/* A number with 17 digits, and with a decimal comma if it is to have one. */
static void put_number(double x, char decimal)
{
    const size_t from = length;
    put("%.17g", x);
    char *point = strchr(text + from, '.');
    if (point)
        *point = decimal;
}

static void save(void)
{
    FILE *f = fopen(path, "wb");
    cr_assert(f && fwrite(text, 1, length, f) == length && fclose(f) == 0);
}

/* Latin letters and signs of the first 256 characters in UTF-8, as the file's bytes in another alphabet. */
static void recode(const char *alphabet)
{
    static char out[sizeof text];
    const bool is_wide = strncmp(alphabet, "UTF-16", 6) == 0, is_big = strcmp(alphabet, "UTF-16BE") == 0;
    size_t n = 0;
    if (is_wide) {
        out[n++] = is_big ? '\xfe' : '\xff';
        out[n++] = is_big ? '\xff' : '\xfe';
    }
    for (size_t k = 0; k < length; k++) {
        unsigned c = (unsigned char)text[k];
        if (c >= 0xc2 && c < 0xe0)
            c = (c & 0x1f) << 6 | ((unsigned char)text[++k] & 0x3f);
        if (is_wide && is_big)
            out[n++] = (char)(c >> 8);
        out[n++] = (char)c;
        if (is_wide && !is_big)
            out[n++] = (char)(c >> 8);
        cr_assert(lt(sz, n + 2, sizeof out));
    }
    memcpy(text, out, n);
    length = n;
}

typedef struct form {
    const char *name, *header, *units, *ending, *alphabet;
    char separator, decimal;
    bool has_cycle;
    double volt, ampere; /* SI units to those of the file */
    const char *columns, *scale;
} form;

static const form forms[] = {
    {"plain", "cycle,u,i", NULL, "\n", NULL, ',', '.', true, 1, 1, NULL, NULL},
    {"German spreadsheet", "Zyklus;Spannung [V];Strom [µA]", NULL, "\r\n", "Latin-1", ';', ',', true, 1, 1e6, NULL,
     NULL},
    {"tabs and units", "Loop\tU (mV)\tI (mA)", NULL, "\n", NULL, '\t', '.', true, 1e3, 1e3, NULL, NULL},
    {"UTF-16 LE", "Cycle,Voltage (V),Current (µA)", NULL, "\r\n", "UTF-16LE", ',', '.', true, 1, 1e6, NULL, NULL},
    {"UTF-16 BE", "Cycle;Voltage;Current", NULL, "\r\n", "UTF-16BE", ';', ',', true, 1, 1, NULL, NULL},
    {"ends of lines of old computers", "Sweep,V1,I1", NULL, "\r", NULL, ',', '.', true, 1, 1, NULL, NULL},
    {"row of units", "Run,Bias,Id", "-,V,nA", "\n", NULL, ',', '.', true, 1, 1e9, NULL, NULL},
    {"quotation marks", "\"Repeat\",\"Voltage, V\",\"Current, mA\"", NULL, "\n", NULL, ',', '.', true, 1, 1e3, NULL,
     NULL},
    {"directive for spreadsheets", "sep=;\nLoop;U/V;I/uA", NULL, "\n", NULL, ';', ',', true, 1, 1e6, NULL, NULL},
    {"title, comments, header of a comment", "Sample A\n% made by hand\n# Voltage (V) Current (A)", NULL, "\n", NULL,
     ' ', '.', false, 1, 1, NULL, NULL},
    {"no header", NULL, NULL, "\n", NULL, ' ', '.', false, 1, 1, NULL, NULL},
    {"columns by name", "Loop,MeasResult1_value,MeasResult2_value", NULL, "\n", NULL, ',', '.', true, 1, -1,
     "u=MeasResult1_value,i=MeasResult2_value", "i=-1"},
    {"columns by number", "a,b,c", NULL, "\n", NULL, ',', '.', true, 1, 1e3, "cycle=1,u=2,i=3", "i=1e-3,u=1"},
    {"channels of Keithley", "Smu1.V[1][1]\tSmu1.I[1][1]", NULL, "\n", NULL, '\t', '.', false, 1, 1, NULL, NULL},
    {"letters of a Russian instrument", "Напряжение, В\tТок, мА", NULL, "\n", "UTF-8", '\t', ',', false, 1, 1e3, NULL,
     NULL},
};

static void write_form(const form *f)
{
    const char *lines[] = {f->header, f->units};
    for (int k = 0; k < 2; k++)
        if (lines[k])
            put("%s%s", lines[k], f->ending);
    for (int n = 0; n < LOOPS; n++) {
        double u[LOOP], i[LOOP];
        make_loop(n, u, i);
        for (int k = 0; k < LOOP; k++) {
            if (f->has_cycle)
                put("%d%c", n, f->separator);
            put_number(u[k] * f->volt, f->decimal);
            put("%c", f->separator);
            put_number(i[k] * f->ampere, f->decimal);
            put("%s", f->ending);
        }
    }
    if (f->alphabet && strcmp(f->alphabet, "UTF-8") != 0)
        recode(f->alphabet);
    save();
}

static syn_sweeps *open_with(const syn_import *o)
{
    syn_sweeps *r;
    syn_error err;
    char line[700];
    cr_assert(eq(int, syn_sweeps_import(o, &r, &err), SYN_OK), "%s", syn_error_format(&err, line, sizeof line));
    return r;
}

static syn_import one_file(void)
{
    return (syn_import){.files = (const char *const *)&path, .n_files = 1};
}

/* Expects the loops of make_loop. Units cost a product and a quotient, each with half a unit in the last place. */
static void expect_loops(syn_sweeps *r, const char *what, int loops)
{
    syn_sweep s;
    syn_error err;
    for (int n = 0; n < loops; n++) {
        double u[LOOP], i[LOOP];
        make_loop(n, u, i);
        cr_assert(eq(int, syn_sweeps_next(r, &s, &err), SYN_OK), "%s: %s", what, err.text);
        cr_assert(s.n == LOOP && s.cycle == (uint64_t)n && s.cell == 0, "%s: loop %d has %zu points", what, n, s.n);
        for (int k = 0; k < LOOP; k++)
            cr_expect(fabs(s.u[k] - u[k]) <= 3e-16 * fabs(u[k]) && fabs(s.i[k] - i[k]) <= 3e-16 * fabs(i[k]),
                      "%s: loop %d, point %d", what, n, k);
    }
    cr_assert(eq(int, syn_sweeps_next(r, &s, &err), SYN_OK));
    cr_expect(eq(sz, s.n, 0), "%s", what);
}

/* Numbers of all sizes in all notations against strtod, which is the other route: it gives the nearest double. */
Test(import, numbers_are_the_nearest_doubles)
{
    static const char *const formats[] = {"%.17g", "%.3f", "%.6e", "%.15E", "%.25e", "%.0f"};
    uint64_t state = 11;
    for (int k = 0; k < support_cases(20000, 1000000); k++) {
        char number[512];
        double x;
        const double value = support_uniform(&state, -1, 1) * pow(10, floor(support_uniform(&state, -30, 30)));
        snprintf(number, sizeof number, formats[k % 6], value);
        const double wanted = strtod(number, NULL);
        char *point = k % 2 ? strchr(number, '.') : NULL;
        if (point)
            *point = ',';
        cr_assert(synp_read_number((synp_field){number, strlen(number)}, k % 2 ? ',' : '.', &x), "%s", number);
        cr_assert(memcmp(&x, &wanted, sizeof x) == 0, "%s", number);
    }
    static const char *const none[] = {"",   "-",   ".",   "1e", "1e+", "1.2.3", "0x10",    "inf",
                                       "1 ", "1,5", "--1", "e5", "nan", "1e400", "\xe2\x88"};
    for (size_t k = 0; k < sizeof none / sizeof *none; k++) {
        double x;
        cr_expect(eq(int, synp_read_number((synp_field){none[k], strlen(none[k])}, '.', &x), false), "%s", none[k]);
    }
    double x;
    const char *minus = "\xe2\x88\x92"
                        "1.5e\xe2\x88\x92"
                        "3";
    cr_expect(synp_read_number((synp_field){minus, strlen(minus)}, '.', &x) && x == -1.5e-3);
}

Test(import, the_same_numbers_come_back_from_every_form)
{
    for (size_t k = 0; k < sizeof forms / sizeof *forms; k++) {
        length = 0;
        write_form(&forms[k]);
        syn_import o = one_file();
        o.columns = forms[k].columns;
        o.scale = forms[k].scale;
        syn_sweeps *r = open_with(&o);
        expect_loops(r, forms[k].name, LOOPS);
        syn_sweeps_close(r);
    }
}

/* Blocks of EasyEXPERT; the settings between them hold numbers, too. */
Test(import, each_block_of_easyexpert_is_a_cycle)
{
    for (int n = 0; n < LOOPS; n++) {
        double u[LOOP], i[LOOP];
        make_loop(n, u, i);
        put("SetupTitle, I/V Sweep\r\nTestParameter, Measurement.Primary.Start, 0, 1\r\nDimension1, 101, 101, 101\r\n"
            "DataName, Time, V1, I1\r\n");
        for (int k = 0; k < LOOP; k++)
            put("DataValue, %d, %.17g, %.17g\r\n", k, u[k], i[k]);
    }
    save();
    const syn_import o = one_file();
    syn_sweeps *r = open_with(&o);
    expect_loops(r, "EasyEXPERT", LOOPS);
    syn_sweeps_close(r);
}

/* Columns of several sweeps side by side; the last one is shorter. */
Test(import, columns_side_by_side_are_a_sweep_each)
{
    double u[LOOPS][LOOP], i[LOOPS][LOOP];
    for (int n = 0; n < LOOPS; n++) {
        make_loop(n, u[n], i[n]);
        put("%sSmu1.V[1][%d],Smu1.I[1][%d]", n ? "," : "", n + 1, n + 1);
    }
    for (int k = 0; k < LOOP; k++)
        for (int n = 0; n < LOOPS; n++) {
            put("%s", n ? "," : "\n");
            if (n < LOOPS - 1 || k < LOOP - 3)
                put("%.17g,%.17g", u[n][k], i[n][k]);
            else
                put(",");
        }
    put("\n");
    save();
    const syn_import o = one_file();
    syn_sweeps *r = open_with(&o);
    syn_sweep s;
    for (int n = 0; n < LOOPS; n++) {
        cr_assert(eq(int, syn_sweeps_next(r, &s, NULL), SYN_OK));
        cr_expect(eq(ulong, s.cycle, (uint64_t)n));
        cr_assert(eq(sz, s.n, n < LOOPS - 1 ? LOOP : LOOP - 3));
        cr_expect(memcmp(s.u, u[n], s.n * sizeof *s.u) == 0 && memcmp(s.i, i[n], s.n * sizeof *s.i) == 0);
    }
    cr_expect(eq(ulong, syn_sweeps_missing(r), 0));
    syn_sweeps_close(r);
}

Test(import, a_shunt_turns_a_voltage_into_the_current)
{
    put("x-axis,1,2\nsecond,Volt,Volt\n");
    for (int n = 0; n < LOOPS; n++) {
        double u[LOOP], i[LOOP];
        make_loop(n, u, i);
        for (int k = 0; k < LOOP; k++)
            put("%d,%.17g,%.17g\n", k, u[k], 1024 * i[k]);
    }
    save();
    syn_import o = one_file();
    o.columns = "u=2,i=3";
    o.shunt = 1024;
    syn_sweeps *r = open_with(&o);
    expect_loops(r, "oscilloscope", LOOPS);
    syn_sweeps_close(r);
}

Test(import, overflow_marks_of_instruments_are_missing)
{
    put("cycle,u,i\n0,0,9.91e37\n0,-1,-9.91E+37\n0,-9.9e37,1e-6\n0,0.5,9.8e37\n0,1,OVLD\n");
    save();
    const syn_import o = one_file();
    syn_sweeps *r = open_with(&o);
    syn_sweep s;
    cr_assert(eq(int, syn_sweeps_next(r, &s, NULL), SYN_OK));
    cr_expect(s.n == 1 && s.u[0] == 0.5);
    cr_expect(eq(ulong, syn_sweeps_missing(r), 4));
    syn_sweeps_close(r);
}

Test(import, names_of_cells_get_numbers_in_order_and_stay_findable)
{
    static const char *const rows[] = {"D3;P1;1", "D3;P1;2", "D1;P1;1"};
    put("Die;Pad;Loop;U;I\n");
    for (int k = 0; k < 3; k++)
        for (int j = 0; j < 5; j++)
            put("%s;0,%d;1e-6\n", rows[k], j);
    save();
    const syn_import o = one_file();
    syn_sweeps *r = open_with(&o);
    syn_sweep s;
    const uint64_t cells[] = {0, 0, 1}, cycles[] = {1, 2, 1};
    for (int k = 0; k < 3; k++) {
        cr_assert(eq(int, syn_sweeps_next(r, &s, NULL), SYN_OK));
        cr_expect(s.n == 5 && s.cell == cells[k] && s.cycle == cycles[k]);
    }
    cr_expect(eq(str, (char *)syn_sweeps_cell(r, 0), "D3/P1"));
    cr_expect(eq(str, (char *)syn_sweeps_cell(r, 1), "D1/P1"));
    cr_expect(eq(str, (char *)syn_sweeps_cell(r, 2), ""));
    syn_sweeps_close(r);
}

typedef struct refusal {
    const char *text, *columns, *scale, *message;
    syn_status status;
} refusal;

/* What is not clear is refused; the message says what was found and which option helps. */
/* Text after the last row is left out and counted; text between rows is refused where it stands, and so are numbers. */
Test(import, text_ends_a_file_and_nothing_else)
{
    static const struct {
        const char *after, *message;
    } cases[] = {{"End of file\n", NULL},
                 {"Test finished\n\nOperator; Smith; room 7\n", NULL},
                 {"pause\n0;0\n", "expected 2 fields"},
                 {"pause;now\n0;0\n", "expected a finite number"},
                 {"1;2;3\n", "expected 2 fields"},
                 {"End;7\n", "expected a finite number"}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        length = 0;
        put("V (V);I (A)\n0;0\n-0.1;-1e-6\n0;0\n%s", cases[k].after);
        save();
        syn_sweeps *r;
        syn_sweep s;
        syn_error err;
        char line[256] = "";
        const syn_import o = one_file();
        cr_assert(eq(int, syn_sweeps_import(&o, &r, &err), SYN_OK));
        const syn_status status = syn_sweeps_next(r, &s, &err);
        if (cases[k].message) {
            cr_expect(eq(int, status, SYN_EFORMAT));
            cr_expect(eq(int, err.line, 5));
            cr_expect(strstr(err.text, cases[k].message) != NULL, "%s: %s", cases[k].after, err.text);
        } else {
            cr_expect(eq(int, status, SYN_OK), "%s: %s", cases[k].after, err.text);
            cr_expect(eq(sz, s.n, 3));
            cr_expect(eq(int, syn_sweeps_next(r, &s, &err), SYN_OK));
            for (int j = 0; syn_sweeps_note(r, j, line, sizeof line) && !strstr(line, "text"); j++)
                ;
            cr_expect(strstr(line, "lines of text after the last row, left out: ") == line, "%s", line);
        }
        syn_sweeps_close(r);
    }
}

Test(import, ambiguous_files_are_refused_with_what_was_found_and_the_option_that_helps)
{
    const refusal cases[] = {
        {"Date,foo\n1,2\n2,3\n", NULL, NULL, "found \"Date\", \"foo\" (separator: comma); name it: --columns u=NAME",
         SYN_EFORMAT},
        {"V1;I1;V2;I2\n0;0;0;0\n", NULL, NULL, "found \"V1\", \"I1\", \"V2\", \"I2\" (separator: semicolon)",
         SYN_EFORMAT},
        {"0.5,0.1\n1,0.2\n", NULL, NULL, "--columns u=1,i=2, and --scale i=1e-3", SYN_EFORMAT},
        {"1 0.5 1e-6\n2 0.7 1e-6\n", NULL, NULL, "found 3 columns", SYN_EFORMAT},
        {"u,i\n0,024,1,5e-6\n0,048,1,6e-6\n", NULL, NULL, "commas are decimal signs and separators at once",
         SYN_EFORMAT},
        {"Voltage,Current\n0.5,250\n", NULL, NULL, "since 250 is hardly in A", SYN_EFORMAT},
        {"Voltage,Current\n500,1e-6\n", NULL, NULL, "since 500 is hardly in V", SYN_EFORMAT},
        {"Voltage (A),Current\n1,1e-6\n", NULL, NULL, "expected a column in V, mV", SYN_EFORMAT},
        {"Voltage,Current (arb)\n1,1e-6\n", NULL, NULL, "found \"Current (arb)\"", SYN_EFORMAT},
        {"PK\003\004sheet", NULL, NULL,
         "expected text, found a spreadsheet (.xlsx, .ods) or an archive; save the sheet as CSV", SYN_EFORMAT},
        {"%PDF-1.4\n%\n", NULL, NULL, "expected text, found a PDF", SYN_EFORMAT},
        {"1.5\n2.5\n", NULL, NULL, "expected rows of two numbers or more", SYN_EFORMAT},
        {"SetupTitle, x\nDimension1, 3\n", NULL, NULL, "expected a line DataName", SYN_EFORMAT},
        {"u,i\n1,1e-6\n", "v=1", NULL, "expected u=..., i=...", SYN_EINVAL},
        {"u,i\n1,1e-6\n", "u=V7", NULL, "found \"V7\" and \"u\", \"i\" (separator: comma)", SYN_EINVAL},
        {"u,i\n1,1e-6\n", NULL, "i=x", "expected a number other than 0", SYN_EINVAL},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        syn_sweeps *r = NULL;
        syn_error err = {0};
        length = 0;
        put("%s", cases[k].text);
        save();
        syn_import o = one_file();
        o.columns = cases[k].columns;
        o.scale = cases[k].scale;
        cr_expect(eq(int, syn_sweeps_import(&o, &r, &err), cases[k].status), "%s", cases[k].text);
        cr_expect(strstr(err.text, cases[k].message) != NULL, "%s: %s", cases[k].text, err.text);
        cr_expect(r == NULL);
    }
}

/* A file of 100 MB that holds one loop after the other: memory stays that of a part of the record, not of the file. */
Test(import, a_record_without_cycles_is_read_in_fixed_memory, .timeout = 300)
{
#ifdef __SANITIZE_ADDRESS__
    cr_skip_test("AddressSanitizer keeps freed memory for a while");
#endif
    enum { REPEATS = 20000 };
    gzFile z = gzopen(path, "wb1");
    struct rusage before, after;
    double u[LOOP], i[LOOP];
    syn_sweep s;
    uint64_t loops = 0;
    make_loop(0, u, i);
    for (int k = 0; k < LOOP; k++)
        put("%.12f\t%.15e\n", u[k], i[k]);
    gzputs(z, "V\tI\n");
    for (int n = 0; n < REPEATS; n++)
        gzwrite(z, text, (unsigned)length);
    cr_assert(eq(int, gzclose(z), Z_OK));
    getrusage(RUSAGE_SELF, &before);
    const syn_import o = one_file();
    syn_sweeps *r = open_with(&o);
    do {
        cr_assert(eq(int, syn_sweeps_next(r, &s, NULL), SYN_OK));
        cr_assert(s.n == 0 || (s.n == LOOP && s.u[0] == 0 && s.cycle == loops));
        loops += s.n > 0;
    } while (s.n > 0);
    getrusage(RUSAGE_SELF, &after);
    cr_expect(eq(ulong, loops, REPEATS));
    cr_expect(lt(long, after.ru_maxrss - before.ru_maxrss, 8192), "kB");
    syn_sweeps_close(r);
}

/* Wide and long tables of resistances. */
typedef struct table {
    const char *text;
    uint64_t cells, cycles; /* of the last row */
    double r_hrs, r_lrs;    /* of the last row */
} table;

Test(import, tables_of_resistances_become_features)
{
    const table tables[] = {
        {"address\tR_HRS\tR_LRS\tR_HRS\tR_LRS\n0x1\t1e5\t5000\t2e5\t5100\n0x2\t3e5\t5200\t4e5\t5300\n", 2, 2, 4e5,
         5300},
        {"7\t1e5\t5000\t2e5\t5100\n8\t3e5\t5200\t4e5\t5300\n9\t3e5\t5200\t4e5\t5300\n", 3, 2, 4e5, 5300},
        {"5000\t100000\n5100\t200000\n5200\t300000\n", 1, 3, 3e5, 5200},
        {"Device;Cycle;HRS (kOhm);LRS (kOhm)\nA;0;100,5;5,1\nA;1;200,5;5,2\nB;0;300,5;5,3\n", 2, 1, 300500, 5300},
        {"cell,cycle,log10_r_hrs,r_lrs\n0,0,5,5000\n0,1,5,5100\n4,0,5,5200\n", 2, 1, 1e5, 5200},
    };
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++) {
        syn_endurance *r;
        syn_endurance_row row = {0};
        syn_error err = {0};
        uint64_t cells = 0, last = UINT64_MAX;
        length = 0;
        put("%s", tables[k].text);
        save();
        const syn_import o = one_file();
        cr_expect(syn_endurance_is_table(&o));
        cr_assert(eq(int, syn_endurance_open(&o, &r, &err), SYN_OK), "%s%s", tables[k].text, err.text);
        for (bool more = true; more; last = row.cell) {
            cr_assert(eq(int, syn_endurance_next(r, &row, &more, &err), SYN_OK), "%s", err.text);
            cells += more && row.cell != last;
        }
        cr_expect(eq(ulong, cells, tables[k].cells), "%s", tables[k].text);
        cr_expect(eq(ulong, row.cycle + 1, tables[k].cycles), "%s", tables[k].text);
        cr_expect(fabs(row.y[SYN_LOG10_R_HRS] - log10(tables[k].r_hrs)) < 1e-14);
        cr_expect(fabs(row.y[SYN_R_LRS] - tables[k].r_lrs) < 1e-9);
        cr_expect(isnan(row.y[SYN_U_SET]) && isnan(row.y[SYN_U_RESET]));
        syn_endurance_close(r);
    }
}

Test(import, resistances_that_could_be_either_are_refused)
{
    syn_endurance *r = NULL;
    syn_error err = {0};
    put("1000\t1100\n1010\t1050\n1020\t900\n");
    save();
    const syn_import o = one_file();
    cr_expect(eq(int, syn_endurance_open(&o, &r, &err), SYN_EFORMAT));
    cr_expect(strstr(err.text, "--columns r_hrs=1,r_lrs=2") != NULL, "%s", err.text);
}

/* Numbers of 9.9e37 and more are missing in every column; 10^-400 ohm is 0, and so not positive. */
Test(import, logarithms_beyond_all_resistances_are_missing)
{
    static const bool is_missing[] = {true, false, true, true};
    syn_endurance *r;
    syn_endurance_row row;
    syn_error err = {0};
    bool more = true;
    length = 0;
    put("cell,cycle,log10_r_hrs,log10R_LRS\n0,0,400,1e5\n0,1,5,3.5\n0,2,-400,-1e5\n0,3,38,38\n");
    save();
    const syn_import o = one_file();
    cr_assert(eq(int, syn_endurance_open(&o, &r, &err), SYN_OK), "%s", err.text);
    for (int k = 0; k < 4; k++) {
        cr_assert(eq(int, syn_endurance_next(r, &row, &more, &err), SYN_OK), "%s", err.text);
        cr_expect(more && (isnan(row.y[SYN_LOG10_R_HRS]) != 0) == is_missing[k] &&
                      (isnan(row.y[SYN_R_LRS]) != 0) == is_missing[k],
                  "row %d: %g, %g", k, row.y[SYN_LOG10_R_HRS], row.y[SYN_R_LRS]);
    }
    syn_endurance_close(r);
}
