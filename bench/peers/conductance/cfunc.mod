/* SPDX-License-Identifier: MIT */
/* The floor of all code models: no state, no parameters of the instance, one multiplication. */

void cm_conductance(ARGS)
{
    const double g = PARAM(g);
    if (ANALYSIS == MIF_AC) {
        AC_GAIN(electrodes, electrodes) = (Mif_Complex_t){g, 0};
        return;
    }
    OUTPUT(electrodes) = g * INPUT(electrodes);
    PARTIAL(electrodes, electrodes) = g;
}
