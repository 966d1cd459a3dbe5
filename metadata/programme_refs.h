/*
 * References for the talks of a programme without numbers, so that a second import knows them
 * again.
 */
#pragma once

struct programme;

/* A talk with neither number nor ref gets the slug of its title as its ref. Of talks with the same
 * ref, the second becomes "ref-2", the third "ref-3". */
void programme_settle_refs(struct programme *programme);
