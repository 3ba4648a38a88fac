/* SPDX-License-Identifier: MIT */
/* A page of HTML from the Markdown of our own reports: headings, paragraphs, tables, **bold**, fenced blocks, pictures. Pictures
 * become part of the page, so that it is one file. */
#ifndef CLI_HTML_H
#define CLI_HTML_H

#include "cli/cli.h"

/* title: of the page. markdown: the text, UTF-8. folder: that of the pictures. */
int html_write(const char *title, const char *markdown, const char *folder, FILE *out);

/* Writes report.md and report.html in the folder, which holds the pictures. */
int html_write_report(const char *title, const char *markdown, const char *folder);

#endif
