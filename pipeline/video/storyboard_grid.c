#include "storyboard_grid.h"

enum { INTERVAL_MS = 10000, SHORT_INTERVAL_MS = 5000, SHORT_PART_MS = 300000 };

static int64_t divided_up(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

int64_t storyboard_interval_ms(int64_t duration_ms)
{
    return duration_ms > SHORT_PART_MS ? INTERVAL_MS : SHORT_INTERVAL_MS;
}

int64_t storyboard_nb_pictures(int64_t duration_ms)
{
    return duration_ms > 0 ? divided_up(duration_ms, storyboard_interval_ms(duration_ms)) : 1;
}

int64_t storyboard_nb_sheets(int64_t duration_ms)
{
    return divided_up(storyboard_nb_pictures(duration_ms), STORYBOARD_PER_SHEET);
}

int storyboard_nb_on_sheet(int64_t duration_ms, int64_t sheet)
{
    const int64_t left = storyboard_nb_pictures(duration_ms) - sheet * STORYBOARD_PER_SHEET;
    return left < STORYBOARD_PER_SHEET ? (int)left : STORYBOARD_PER_SHEET;
}

void storyboard_sheet_size(int *width, int *height, int nb_pictures)
{
    const int columns = nb_pictures < STORYBOARD_COLUMNS ? nb_pictures : STORYBOARD_COLUMNS;
    *width = columns * STORYBOARD_WIDTH;
    *height = (int)divided_up(nb_pictures, STORYBOARD_COLUMNS) * STORYBOARD_HEIGHT;
}
