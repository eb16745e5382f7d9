/** Results of a check, and the formats in which they are printed. */
@NullMarked
package io.inplaceguard.check.report;

import org.jspecify.annotations.NullMarked;
