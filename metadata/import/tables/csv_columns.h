/*
 * What the columns of a table of talks are, by their names in the heading row. Nothing is owned.
 * docs/import.md lists the names for users.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum csv_column {
    COL_NUMBER,
    COL_ID,
    COL_TITLE,
    COL_SPEAKERS,
    COL_FIRST_NAME,
    COL_LAST_NAME,
    COL_SECTION,
    COL_ROOM,
    COL_DATE,
    COL_START,
    COL_END,
    COL_ZONE,
    COL_LISTED, /* a measured length */
    COL_LENGTH, /* a measured or a planned length */
    COL_SLOT,   /* a planned length */
    COL_STATUS,
    COL_CANCELLED,    /* yes or no */
    COL_ACCEPTED,     /* yes or no */
    COL_RECORDED,     /* yes or no: the speaker's consent */
    COL_NOT_RECORDED, /* yes or no */
    COL_ABSTRACT,
    COL_LANGUAGE,
    COL_URL,
    NB_COLUMNS,
};

enum csv_unit { UNIT_NONE, UNIT_SECONDS, UNIT_MINUTES, UNIT_HOURS, UNIT_H_MM, UNIT_MM_SS };

enum { CSV_MAX_SPEAKERS = 8 };

struct csv_columns {
    int at[NB_COLUMNS];           /* index in the row, or -1 */
    int others[CSV_MAX_SPEAKERS]; /* more columns of speakers: "Speaker 2", "Co-speaker" */
    size_t nb_others;
    enum csv_unit units[NB_COLUMNS]; /* as the heading says: "Duration (min)" */
};

/* Finds the columns in the heading row. If several columns fit one kind, the most usual name
 * counts. */
void csv_columns_find(struct csv_columns *out, char *const *heading, size_t nb);

/* The headings that were not found to be any column: "'Bio', 'Email'". A new string; NULL: none. */
char *csv_columns_unread(const struct csv_columns *columns, char *const *heading, size_t nb);

/* Whether the row is the heading of a table of talks: it names a title and another column. */
bool csv_is_heading(char *const *fields, size_t nb);
