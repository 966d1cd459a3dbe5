/*
 * Numbers for the talks of a newly read programme: recognises each talk of the former one, so that
 * it keeps its number, and with it its recording and its published files.
 */
#pragma once

struct programme;

/* Gives numbers to talks without one: the number of the same talk in before, else the next number
 * that neither programme uses.
 *
 * A talk is known by its ref. Where several talks share a ref (programme_settle_refs), title,
 * speakers, start and room decide, never their order alone. Such a talk gets the ref of the former
 * talk; if only some of these agree, talk.doubt says which. Without any evidence it is a new talk.
 *
 * If the numbers are ids of the programme (numbers_are_ids) and contradict the refs, all talks are
 * numbered by their refs. */
void programme_number_talks(struct programme *programme, const struct programme *before);
