/* Rows of a table that are no talk of the programme, by what they say of themselves. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct csv_columns;
struct csv_table;

/* Whether the table is one of proposals: one of them is accepted or confirmed. Then those that
 * still wait are not in the programme. */
bool csv_status_decides(const struct csv_table *table, const struct csv_columns *columns);

/* Why the row is left out, for the user, as a new string: "status "Declined"". NULL: it is not. */
char *csv_status_reason(const struct csv_table *table, const struct csv_columns *columns,
                        size_t row, bool decides);

/* Whether the row has a status, and it is none of the known words. */
bool csv_status_is_unknown(const struct csv_table *table, const struct csv_columns *columns,
                           size_t row);

/* Whether the row says that its talk must not be recorded. */
bool csv_status_not_recorded(const struct csv_table *table, const struct csv_columns *columns,
                             size_t row);
