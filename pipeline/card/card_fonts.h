/*
 * What the installed fonts can show. libass draws outlines only: a font of coloured pictures, as
 * most emoji are in, does not count. From one thread (fontconfig). Inner header.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

struct card_words;

/* Removes emoji that no installed font has in outline, and names them in words->left_out: a card
 * does not fail for them. ERR_INVALID where another character is in no font; the message names it
 * and the field. ERR_EXTERNAL where no fonts are installed. */
ATTR_NODISCARD int card_fonts_check(struct card_words *words, struct err *err);

/* The family of a font with the emoji's outline if a font of coloured pictures has it too, because
 * libass might take that one: a new string. NULL: libass finds the font by itself. */
char *card_fonts_instead(uint32_t cp);
