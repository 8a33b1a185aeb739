#include "dates.h"

#include <stddef.h>

#include <wolfssl/ssl.h>
#include <wolfssl/wolfcrypt/asn.h>

#include "warmhello/clock.h"
#include "warmhello/platform.h"

static int64_t *collected;

void wh_dates_collect(int64_t *lowest)
{
    collected = lowest;
}

/* Two decimal digits, or -1. */
static int two_digits(const uint8_t *text)
{
    bool digits = text[0] >= '0' && text[0] <= '9' && text[1] >= '0' && text[1] <= '9';
    return digits ? (text[0] - '0') * 10 + (text[1] - '0') : -1;
}

/* Days from 1970-01-01 to a day of the Gregorian calendar. March counts as the first month,
 * so that the leap day is the last of a year. */
static int days_since_1970(int year, int month, int day)
{
    year -= month <= 2;
    int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719468;
}

int64_t wh_dates_parse(const uint8_t *date, uint8_t format, int length)
{
    enum { MONTH, DAY, HOUR, MINUTE, SECOND, FIELDS };
    static const int most[FIELDS] = {12, 31, 23, 59, 59};
    bool generalized = format == ASN_GENERALIZED_TIME;
    int year_size = generalized ? 4 : 2;
    if (length != year_size + 2 * FIELDS + 1 || date[length - 1] != 'Z') {
        return INT64_MIN;
    }
    int high = generalized ? two_digits(date) : 0;
    int low = two_digits(date + year_size - 2);
    int fields[FIELDS];
    bool sound = high >= 0 && low >= 0;
    for (int i = 0; i < FIELDS; i++) {
        fields[i] = two_digits(date + year_size + (ptrdiff_t)(2 * i));
        sound = sound && fields[i] >= (i <= DAY ? 1 : 0) && fields[i] <= most[i];
    }
    if (!sound) {
        return INT64_MIN;
    }
    int year = high * 100 + low;
    if (!generalized) {
        year += low >= 50 ? 1900 : 2000;
    }
    int days = days_since_1970(year, fields[MONTH], fields[DAY]);
    int seconds = (fields[HOUR] * 60 + fields[MINUTE]) * 60 + fields[SECOND];
    return (int64_t)days * 86400 + seconds;
}

bool wh_dates_has_passed(int64_t date_s)
{
    int64_t wall_s = wh_clock_wall_s();
    return date_s < (wall_s > 0 ? wall_s : wh_platform_get()->wall_floor_s);
}

/* wolfSSL's hook, declared in user_settings.h. 1 if the date allows to go on. */
int wh_wolfssl_validate_date(const unsigned char *date, unsigned char format, int type, int length)
{
    int64_t wall_s = wh_clock_wall_s();
    int64_t date_s = wh_dates_parse(date, format, length);
    if (date_s == INT64_MIN) {
        return 0;
    }
    if (type == ASN_BEFORE) {
        return wall_s == 0 || date_s <= wall_s;
    }
    if (collected != NULL && (*collected == 0 || date_s < *collected)) {
        *collected = date_s;
    }
    return !wh_dates_has_passed(date_s);
}
