/* SPDX-License-Identifier: MIT */
/* Which cells of a circuit feel each other, and in which order they switch.
 *
 * Two cells feel each other if a change of one changes the voltage of the other. The circuit's equations tell: two
 * unknowns of one equation depend on each other, unless sources hold one of them. A voltage source between a node and
 * ground, or a chain of such sources, holds a node. So the cells of a crossbar on ideal lines are alone, and those
 * that share a resistance are a group.
 *
 * Within a group cells switch one after the other, as with infinitely fine steps. In each pass of a trial the cells
 * that are beyond a threshold wait. When the voltages have come to rest, the cell that met its threshold at the
 * smallest fraction of the step is let go: it is SET, or leaves LRS. The circuit is solved again, and the cells that
 * still wait are judged anew. If the excess of a cell over its threshold did not shrink when another was let go, the
 * other one helps it. Cells that are helped may still hinder each other. So they go one by one, too. But if more than 16
 * cells wait, those that are helped go with the next: a line of cells that are RESET together would take too long.
 *
 * In a group of more than 64 cells the first that was let go shows how little one takes from another. Those whose excess is
 * larger than what all that wait can take from it go together with the next.
 *
 * If one cell hinders another so much that the order may decide, the simulator is asked for a step that ends between the
 * two events. So the order does not depend on the interpolation within the step.
 *
 * A resistive circuit can push several cells over their thresholds in no time at all after another cell has switched.
 * No step tells their order. The rule is the same: the cell that meets its threshold at the smallest fraction of the
 * way of its voltage from the last accepted solution. Of equal ones the cell with the largest excess over its
 * threshold goes first, then the one that the simulator calls first. */
#ifndef CODEMODELS_GROUPS_H
#define CODEMODELS_GROUPS_H

#include "host.h"

typedef struct host_groups host_groups;
typedef struct host_group host_group;

/* Finds the groups of a circuit. To be called in an INIT call: all equations exist, and the matrix has not been
 * factorised. NULL without memory. */
host_groups *host_groups_create(CKTcircuit *ckt);
void host_groups_free(host_groups *groups); /* NULL is allowed */

/* Whether sources give the voltage at a port, whatever the cells are. */
bool host_groups_held(const host_groups *groups, const Mif_Port_Data_t *port);

/* Counts the cells of an instance. To be called in its INIT call. port: of the nodes of a cell, or of one that is not
 * held if there are several. */
void host_groups_add(host_groups *groups, const Mif_Port_Data_t *port, size_t cells);

/* Whether the voltage at the port depends on no more cells than those of the instance, once all have been counted. */
bool host_groups_alone(host_groups *groups, const Mif_Port_Data_t *port, size_t cells);

/* Returns the group of the port; NULL: the instance is alone, and gets a group of its own, of `cells`, to be freed by
 * free(). NULL without memory. */
host_group *host_groups_of(host_groups *groups, const Mif_Port_Data_t *port, size_t cells);

/* To be called before each solution: where cells change voltages, the simulator is to go on for many iterations. */
void host_groups_be_patient(const host_groups *groups);

/* To be called by each cell of a group that is awake, first in each pass. pass, trial: numbers that grow, see clock.h.
 * Returns whether a cell is let go in this pass: then what has happened up to the last pass stays in this trial. */
bool host_group_pass(host_group *group, uint64_t pass, uint64_t trial);

/* The voltage of a cell still moves: nobody is let go after this pass. */
void host_group_moves(host_group *group);

/* What a cell remembers of its waiting in a trial: all is 0 when the trial begins. Its address names the cell. */
typedef struct host_turn {
    bool let;              /* the cell may switch */
    double excess, before; /* V beyond its threshold: now, and when a cell was last let go; 0: it did not wait */
    double fraction, fraction_before; /* of the step, at which it met its threshold; the same */
} host_turn;

/* To be called when a cell of the group is let go in this pass. Returns whether it is this one. */
bool host_turn_next(const host_group *group, host_turn *turn);

/* A cell waits. u0, u, threshold: V, at the last accepted solution, now, and to be met. moving: u is not at rest. */
void host_turn_wait(host_group *group, host_turn *turn, double u0, double u, double threshold, bool moving);

/* The voltage of a cell is at rest, and the cell does not wait. If it waited before and was not let go, another cell has
 * hindered it. */
void host_turn_rest(host_group *group, const host_turn *turn);

/* A cell has gone on with its RESET in this trial, and is now `below` [V] its threshold. If that is more than an
 * inaccuracy, a cell that was let go came too late: the simulator is asked for a shorter step. */
void host_group_check(host_group *group, double below);

/* Whether a voltage is still on its way although its last move [V] was small: near the point where a RESET becomes
 * unstable the iteration creeps. After many passes that counts as rest, and the next time step goes on. */
bool host_group_creeps(const host_group *group, double move_before, double move);

/* Returns the part of the last time step to which the groups want it shortened: in (0, 1]. */
double host_groups_step(const host_groups *groups, uint64_t trial);

#endif
