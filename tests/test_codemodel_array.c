/* SPDX-License-Identifier: MIT */
#include "spice.h"
TestSuite(codemodel_array, .init = spice_start);
