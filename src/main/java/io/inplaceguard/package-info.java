/** The command line: picks the command. No other package uses this one. */
@NullMarked
package io.inplaceguard;

import org.jspecify.annotations.NullMarked;
