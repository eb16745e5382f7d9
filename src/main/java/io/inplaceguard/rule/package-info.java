/** The rules, one small file each. */
@NullMarked
package io.inplaceguard.rule;

import org.jspecify.annotations.NullMarked;
