/* SPDX-License-Identifier: MIT */
#include "cli/html.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char style[] =
    "body{font-family:sans-serif;max-width:62em;margin:2em auto;padding:0 1em;color:#222;line-height:1.4}"
    "table{border-collapse:collapse;margin:1em 0}td,th{border:1px solid #ccc;padding:.2em .6em;text-align:left}"
    "th{background:#f2f2f2}img{max-width:100%}pre{background:#f6f6f6;padding:.8em;overflow-x:auto;font-size:90%}"
    "@media "
    "print{body{max-width:none;margin:0}img,table,pre{break-inside:avoid}pre{white-space:pre-wrap}h1,h2{break-after:"
    "avoid}}";

/* The kind of the block that is open. */
typedef enum block { NONE, PARAGRAPH, TABLE, FENCE } block;

static void put_escaped(const char *text, size_t n, FILE *out)
{
    for (size_t k = 0; k < n; k++)
        switch (text[k]) {
            case '&':
                fputs("&amp;", out);
                break;
            case '<':
                fputs("&lt;", out);
                break;
            case '>':
                fputs("&gt;", out);
                break;
            default:
                fputc(text[k], out);
        }
}

/* A stretch of text, in which ** begins and ends bold. */
static void put_text(const char *text, size_t n, FILE *out)
{
    bool bold = false;
    size_t from = 0;
    for (size_t k = 0; k + 1 < n; k++)
        if (text[k] == '*' && text[k + 1] == '*') {
            put_escaped(text + from, k - from, out);
            fputs(bold ? "</b>" : "<b>", out);
            bold = !bold;
            from = k + 2;
            k++;
        }
    put_escaped(text + from, n - from, out);
    if (bold)
        fputs("</b>", out);
}

static void put_base64(FILE *in, FILE *out)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char byte[3];
    for (size_t n; (n = fread(byte, 1, 3, in)) > 0;) {
        const unsigned bits = (unsigned)byte[0] << 16 | (n > 1 ? (unsigned)byte[1] << 8 : 0) | (n > 2 ? byte[2] : 0);
        fputc(digit[bits >> 18], out);
        fputc(digit[bits >> 12 & 63], out);
        fputc(n > 1 ? digit[bits >> 6 & 63] : '=', out);
        fputc(n > 2 ? digit[bits & 63] : '=', out);
    }
}

/* A line ![text](name). */
static int put_picture(const char *line, size_t n, const char *folder, FILE *out)
{
    const char *text = line + 2, *text_end = memchr(text, ']', n - 2);
    const char *name = text_end ? text_end + 2 : NULL,
               *end = name && name < line + n ? memchr(name, ')', (size_t)(line + n - name)) : NULL;
    if (!end)
        return CLI_OK;
    const size_t size = strlen(folder) + (size_t)(end - name) + 2;
    char *path = malloc(size);
    if (!path)
        return cli_fail_memory();
    snprintf(path, size, "%s/%.*s", folder, (int)(end - name), name);
    FILE *picture = fopen(path, "rb");
    int status = CLI_OK;
    if (picture) {
        fputs("<p><img alt=\"", out);
        put_escaped(text, (size_t)(text_end - text), out);
        fputs("\" src=\"data:image/png;base64,", out);
        put_base64(picture, out);
        fputs("\"></p>\n", out);
        fclose(picture);
    } else {
        status = cli_fail(CLI_FAILED, "%s: cannot read: %s", path, strerror(errno));
    }
    free(path);
    return status;
}

static void put_row(const char *line, size_t n, bool is_head, FILE *out)
{
    const char *cell = is_head ? "th" : "td";
    fputs("<tr>", out);
    for (size_t from = 1; from < n;) {
        const char *bar = memchr(line + from, '|', n - from);
        const size_t end = bar ? (size_t)(bar - line) : n;
        if (!bar && line[from] == '\0')
            break;
        fprintf(out, "<%s>", cell);
        put_text(line + from, end - from, out);
        fprintf(out, "</%s>", cell);
        from = end + 1;
    }
    fputs("</tr>\n", out);
}

static void end_block(block b, FILE *out)
{
    fputs(b == PARAGRAPH ? "</p>\n" : b == TABLE ? "</table>\n" : b == FENCE ? "</pre>\n" : "", out);
}

static void begin_block(block *open, block b, FILE *out)
{
    if (*open == b)
        return;
    end_block(*open, out);
    fputs(b == PARAGRAPH ? "<p>" : b == TABLE ? "<table>\n" : b == FENCE ? "<pre>" : "", out);
    *open = b;
}

static int put_line(const char *line, size_t n, block *open, const char *folder, FILE *out)
{
    if (n >= 3 && strncmp(line, "```", 3) == 0) {
        begin_block(open, *open == FENCE ? NONE : FENCE, out);
    } else if (*open == FENCE) {
        put_escaped(line, n, out);
        fputc('\n', out);
    } else if (n == 0) {
        begin_block(open, NONE, out);
    } else if (line[0] == '#') {
        const int level = line[1] == '#' ? 2 : 1;
        begin_block(open, NONE, out);
        fprintf(out, "<h%d>", level);
        put_text(line + level + 1, n - (size_t)level - 1, out);
        fprintf(out, "</h%d>\n", level);
    } else if (n > 4 && line[0] == '!' && line[1] == '[') {
        begin_block(open, NONE, out);
        return put_picture(line, n, folder, out);
    } else if (line[0] == '|') {
        const bool is_head = *open != TABLE;
        begin_block(open, TABLE, out);
        if (strncmp(line, "|---", 4) != 0)
            put_row(line, n, is_head, out);
    } else {
        begin_block(open, PARAGRAPH, out);
        put_text(line, n, out);
        fputc('\n', out);
    }
    return CLI_OK;
}

int html_write(const char *title, const char *markdown, const char *folder, FILE *out)
{
    block open = NONE;
    int status = CLI_OK;
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>", out);
    put_escaped(title, strlen(title), out);
    fprintf(out, "</title><style>%s</style></head><body>\n", style);
    for (const char *line = markdown; !status && *line;) {
        const size_t n = strcspn(line, "\n");
        status = put_line(line, n, &open, folder, out);
        line += n + (line[n] == '\n');
    }
    end_block(open, out);
    fputs("</body></html>\n", out);
    return status;
}

/* The text into a file of the folder: as it is, or as a page. */
static int write_text(const char *title, const char *text, const char *folder, const char *name, bool as_page)
{
    const size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    output out;
    if (!path)
        return cli_fail_memory();
    snprintf(path, size, "%s/%s", folder, name);
    int status = output_open(&out, path);
    if (!status) {
        if (as_page)
            status = html_write(title, text, folder, out.stream);
        else
            fputs(text, out.stream);
        const int closed = output_close(&out, !status);
        status = status ? status : closed;
    }
    free(path);
    return status;
}

int html_write_report(const char *title, const char *markdown, const char *folder)
{
    const int status = write_text(title, markdown, folder, "report.md", false);
    return status ? status : write_text(title, markdown, folder, "report.html", true);
}
