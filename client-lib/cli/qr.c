/* SPDX-License-Identifier: Apache-2.0 */
/* An invitation as a QR code that a phone reads off a terminal. */
#include <qrencode.h>

#include "cli.h"

enum { QUIET = 2 };			/* modules of margin */

static bool
dark(const QRcode *q, int x, int y)
{
	x -= QUIET;
	y -= QUIET;
	return x >= 0 && y >= 0 && x < q->width && y < q->width &&
	    (q->data[y * q->width + x] & 1) != 0;
}

/*
 * Two rows of modules in one of text.  Light modules are drawn, dark ones
 * left: with black on white set explicitly, the colours of the terminal do
 * not matter.
 */
bool
qr_print(FILE *f, const char *text)
{
	static const char *const half[2][2] = {
		{ " ", "\xe2\x96\x84" }, { "\xe2\x96\x80", "\xe2\x96\x88" }
	};
	QRcode *q;
	int x, y, side;

	q = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
	if (q == NULL)
		return false;
	side = q->width + 2 * QUIET;
	for (y = 0; y < side; y += 2) {
		fputs("\033[30;107m", f);
		for (x = 0; x < side; x++)
			fputs(half[dark(q, x, y)][dark(q, x, y + 1)], f);
		fputs("\033[0m\n", f);
	}
	QRcode_free(q);
	return true;
}
