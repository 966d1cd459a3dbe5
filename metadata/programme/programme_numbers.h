/*
 * Numbers for the talks of a newly read programme: recognises each talk of the former one, so that
 * it keeps its number, and with it its recording and its published files.
 */
#pragma once

struct programme;

/* Gives numbers to talks without one: the number of the same talk in before, else the number that
 * is its id (numbers_are_ids), else the next number that neither programme uses.
 *
 * A talk is recognised by title and speakers, or title, start and room; if these do not tell, by
 * its ref. Where several talks share a ref (programme_settle_refs), title, speakers, start and room
 * decide among them, never their order alone. If little agrees, talk.doubt says what. Without any
 * evidence it is a new talk. A talk that is known by its ref gets the former one's, with the "-2"
 * that made it different.
 *
 * Also gives each talk its identity (programme_identity.h). */
void programme_number_talks(struct programme *programme, const struct programme *before);
