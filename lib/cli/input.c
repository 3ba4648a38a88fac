/* SPDX-License-Identifier: MIT */
#include "cli/input.h"

#include "cli/cli.h"

#include <errno.h>
#include <string.h>

int input_open(input *in, const char *path)
{
    const bool standard = strcmp(path, "-") == 0;
    *in = (input){standard ? stdin : fopen(path, "rb"), standard ? "standard input" : path};
    return in->stream ? CLI_OK : cli_fail(CLI_FAILED, "%s: cannot read: %s", path, strerror(errno));
}

void input_close(input *in)
{
    if (in->stream && in->stream != stdin)
        fclose(in->stream);
}

int input_lines(const input *in, int (*use)(void *context, const synp_text_lines *line), void *context)
{
    synp_text_lines lines = {.stream = in->stream, .name = in->name};
    syn_error err;
    int status = CLI_OK;
    while (!status && synp_text_next(&lines))
        status = use(context, &lines);
    if (synp_text_end(&lines, &err) && !status)
        status = cli_fail_library("", &err);
    return status;
}

int input_add_row(input_shape *shape, const synp_text_lines *line, const char *what, size_t found)
{
    if (found == 0)
        return CLI_OK;
    if (shape->rows > 0 && found != shape->cols)
        return cli_fail(CLI_FAILED, "%s:%zu: expected %zu %s as in the lines before, found %zu", line->name,
                        line->number, shape->cols, what, found);
    shape->cols = found;
    shape->rows++;
    return CLI_OK;
}
