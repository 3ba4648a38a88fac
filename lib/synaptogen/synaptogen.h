/* SPDX-License-Identifier: MIT */
/* Everything public, in the order in which it builds up: errors; the figures of a device and its model; one cell; arrays;
 * crossbars with wires; training. Each header includes what it needs, so any of them can be used alone. */
#ifndef SYNAPTOGEN_SYNAPTOGEN_H
#define SYNAPTOGEN_SYNAPTOGEN_H

/* clang-format off */
#include <synaptogen/version.h>
#include <synaptogen/status.h>
#include <synaptogen/params.h>
#include <synaptogen/model.h>
#include <synaptogen/distribution.h>
#include <synaptogen/rng.h>
#include <synaptogen/cell.h>
#include <synaptogen/read.h>
#include <synaptogen/converter.h>
#include <synaptogen/array.h>
#include <synaptogen/array_file.h>
#include <synaptogen/stuck.h>
#include <synaptogen/drift.h>
#include <synaptogen/vmm.h>
#include <synaptogen/program.h>
#include <synaptogen/crossbar.h>
#include <synaptogen/crossbar_batch.h>
#include <synaptogen/crossbar_write.h>
#include <synaptogen/features.h>
#include <synaptogen/record.h>
#include <synaptogen/sweep.h>
#include <synaptogen/import.h>
#include <synaptogen/endurance.h>
#include <synaptogen/curves.h>
#include <synaptogen/fit.h>
#include <synaptogen/params_write.h>
#include <synaptogen/validate.h>
/* clang-format on */

#endif
