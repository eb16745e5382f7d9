/**
 * Every setting under {@code inplace-guard.*} as records with its default and its range, shared by {@code serve}, {@code track}
 * and {@code check --config}.
 */
@NullMarked
package io.inplaceguard.settings;

import org.jspecify.annotations.NullMarked;
