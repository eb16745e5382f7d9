/** The offline commands: check, explain. */
@NullMarked
package io.inplaceguard.check;

import org.jspecify.annotations.NullMarked;
