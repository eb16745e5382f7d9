/** Pod templates: reading, comparing, quantities, QoS class. Uses nothing else of this project. */
@NullMarked
package io.inplaceguard.template;

import org.jspecify.annotations.NullMarked;
