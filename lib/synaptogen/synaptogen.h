/* SPDX-License-Identifier: MIT */
/* Everything public, in the order in which it builds up. */
#ifndef SYNAPTOGEN_SYNAPTOGEN_H
#define SYNAPTOGEN_SYNAPTOGEN_H

#include <synaptogen/array.h>
#include <synaptogen/array_file.h>
#include <synaptogen/cell.h>
#include <synaptogen/crossbar.h>
#include <synaptogen/crossbar_write.h>
#include <synaptogen/curves.h>
#include <synaptogen/features.h>
#include <synaptogen/fit.h>
#include <synaptogen/law.h>
#include <synaptogen/model.h>
#include <synaptogen/params.h>
#include <synaptogen/params_write.h>
#include <synaptogen/program.h>
#include <synaptogen/read.h>
#include <synaptogen/rng.h>
#include <synaptogen/status.h>
#include <synaptogen/sweep.h>
#include <synaptogen/validate.h>
#include <synaptogen/vmm.h>

#endif
