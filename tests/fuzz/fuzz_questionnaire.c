/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that somebody imports.  What is read can be sent and arrives as it
 * is; what is refused is refused with a reason.
 */
#include "form_fhir.h"
#include "form_wire.h"
#include "fuzz.h"

#include <tacit/error.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t bytes[FORM_WIRE_MAX], again[FORM_WIRE_MAX];
	struct form_problem why;
	struct form *f, *g;
	size_t len, n;
	int rc = form_import(&f, (const char *)data, size, &why);

	if (rc != 0) {
		FUZZ_CHECK(rc == TACIT_E_FORM && f == NULL);
		FUZZ_CHECK(why.what[0] != '\0');
		return 0;
	}
	FUZZ_CHECK(form_write(bytes, sizeof(bytes), &len, f,
	    FORM_FOR_THERAPIST, NULL) == 0);
	FUZZ_CHECK(form_read(&g, bytes, len, &why) == 0);
	FUZZ_CHECK(form_write(again, sizeof(again), &n, g,
	    FORM_FOR_THERAPIST, NULL) == 0);
	FUZZ_CHECK(n == len && memcmp(again, bytes, n) == 0);
	form_free(g);
	form_free(f);
	return 0;
}
