/* SPDX-License-Identifier: MIT */
/* Figures as short texts. */
#pragma once

#define CELL 16

/* "8.49M", "0"; "-" if it is not known (NAN). Return text. */
const char *cell_number(char text[CELL], double value);
const char *cell_percent(char text[CELL], double value);

/* "12.3", for ratios. */
const char *cell_ratio(char text[CELL], double value);

/* "59s", "12m", "23h", "9d" */
const char *cell_age(char text[CELL], double seconds);
