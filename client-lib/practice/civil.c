/* SPDX-License-Identifier: Apache-2.0 */
#include "civil.h"

enum { EPOCH = 719468 };		/* days before 1970, from 1 March 0000 */

int
civil_compare(struct civil a, struct civil b)
{
	if (a.date != b.date)
		return a.date < b.date ? -1 : 1;
	return a.minute < b.minute ? -1 : a.minute > b.minute;
}

/* Years begin in March here, so that the day that comes and goes is last. */
int32_t
civil_days(uint32_t date)
{
	int32_t day = (int32_t)(date % 100), month = (int32_t)(date / 100 % 100);
	int32_t year = (int32_t)(date / 10000) - (month <= 2);
	int32_t of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;

	return 365 * year + year / 4 - year / 100 + year / 400 + of_year -
	    EPOCH;
}

uint32_t
civil_date(int32_t days)
{
	int32_t n = days + EPOCH, era = n / 146097, of_era = n % 146097;
	int32_t year = (of_era - of_era / 1460 + of_era / 36524 -
	    of_era / 146096) / 365;
	int32_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int32_t month = (5 * of_year + 2) / 153;
	int32_t day = of_year - (153 * month + 2) / 5 + 1;

	month = month < 10 ? month + 3 : month - 9;
	year += 400 * era + (month <= 2);
	return (uint32_t)(year * 10000 + month * 100 + day);
}

bool
civil_is_date(uint32_t date)
{
	return date >= 10101 && date <= 99991231 &&
	    date % 100 >= 1 && date % 100 <= 31 && date / 100 % 100 >= 1 &&
	    date / 100 % 100 <= 12 && civil_date(civil_days(date)) == date;
}

unsigned int
civil_weekday(uint32_t date)
{
	/* The day with which counting begins was a Wednesday. */
	return (unsigned int)(civil_days(date) + EPOCH + 2) % 7;
}
