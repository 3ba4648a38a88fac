/* SPDX-License-Identifier: MIT */
#include "base/base.h"
#include "cli/cli.h"

#include <stdarg.h>
#include <string.h>

bool cli_ends_with(const char *name, const char *end)
{
    const size_t n = strlen(name), m = strlen(end);
    return n >= m && strcmp(name + n - m, end) == 0;
}

static char last_failure[1200];

int cli_fail(int status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(last_failure, sizeof last_failure, format, args);
    va_end(args);
    synp_one_line(last_failure);
    fprintf(stderr, "synaptogen: %s\n", last_failure);
    return status;
}

const char *cli_last_failure(void)
{
    return last_failure;
}

int cli_fail_library(const char *prefix, const syn_error *err)
{
    char text[1024];
    return cli_fail(CLI_FAILED, "%s%s", prefix, syn_error_format(err, text, sizeof text));
}

int cli_fail_option(const syn_error *err)
{
    return cli_fail_library(err->field[0] ? "--" : "", err);
}

int cli_fail_memory(void)
{
    return cli_fail(CLI_FAILED, "out of memory");
}
