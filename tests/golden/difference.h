/* Where two long texts begin to differ. */
#pragma once

/* Prints on stderr the first line that differs, under which headings it is and the lines around it;
 * of a long line, the part around the first byte that differs. name: of the golden text's file. */
void golden_print_difference(const char *name, const char *golden, const char *now);
