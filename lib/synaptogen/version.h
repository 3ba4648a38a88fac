/* SPDX-License-Identifier: MIT */
/* The version: major.minor.patch. Until 1.0.0 a new minor version may change the interface. */
#ifndef SYNAPTOGEN_VERSION_H
#define SYNAPTOGEN_VERSION_H

#ifdef __cplusplus
extern "C" {
#endif

/* Of these headers. The build takes its version from this line. */
#define SYN_VERSION "0.1.0"

/* Of the library that is running, in the same form. Static text; any thread. */
const char *syn_version(void);

#ifdef __cplusplus
}
#endif
#endif
