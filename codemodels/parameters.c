/* SPDX-License-Identifier: MIT */
#include "parameters.h"

#include "fail.h"

#include "base/numeric.h"

#include <float.h>
#include <stdlib.h>
#include <strings.h>

bool host_whole_number(const char *name, double value, double low, double high, double *out)
{
    if (synp_whole(value, out) && *out >= low && *out <= high)
        return true;
    host_fail("%s = %s is not a whole number in [%s, %s]", name, SYNP_TEXT_OF(*out), SYNP_TEXT_OF(low),
              SYNP_TEXT_OF(high));
    return false;
}

bool host_in_range(const char *name, double value, double low, double high, const char *unit)
{
    if (value >= low && value <= high)
        return true;
    if (high < DBL_MAX)
        host_fail("%s = %s%s is not in [%s, %s]", name, SYNP_TEXT_OF(value), unit, SYNP_TEXT_OF(low),
                  SYNP_TEXT_OF(high));
    else
        host_fail("%s = %s%s is not a finite number from %s on", name, SYNP_TEXT_OF(value), unit, SYNP_TEXT_OF(low));
    return false;
}

bool host_choice(const char *name, const char *value, const char *first, const char *second, bool *out)
{
    char *end;
    double number = strtod(value, &end);
    const bool is_number = end != value && *end == '\0' && synp_whole(number, &number);
    *out = is_number ? number == 1 : strcasecmp(value, second) == 0;
    if (*out || (is_number ? number == 0 : strcasecmp(value, first) == 0))
        return true;
    host_fail("%s = \"%s\" is neither \"%s\" (0) nor \"%s\" (1)", name, value, first, second);
    return false;
}

bool host_multiplier(double m, const char *what)
{
    double whole;
    if (synp_whole(m, &whole) && whole == 1)
        return true;
    host_fail("m = %s is not 1: %s in parallel are different %s; write an instance for each", SYNP_TEXT_OF(whole),
              what, what);
    return false;
}

bool host_start(const char *init, const char *start, const double *r_init, syn_start *out)
{
    bool lrs, stationary;
    if (!host_choice("init", init ? init : "hrs", "hrs", "lrs", &lrs) ||
        !host_choice("start", start ? start : "cold", "cold", "stationary", &stationary))
        return false;
    *out = (syn_start){.history = stationary ? SYN_STATIONARY : SYN_COLD,
                       .mode = lrs ? SYN_LRS : SYN_HRS,
                       .resistance = r_init ? *r_init : 0};
    if (r_init && init) {
        host_fail("init and r_init are both given, use one of them");
        return false;
    }
    if (r_init && *r_init == 0) {
        host_fail("r_init = 0 ohm is not positive");
        return false;
    }
    return true;
}
