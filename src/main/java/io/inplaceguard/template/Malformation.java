package io.inplaceguard.template;

/**
 * Why an object cannot be read as a pod template, or is too large to be compared.
 *
 * @param path     where
 * @param sentence what was found and what was expected, as the rest of a sentence that begins with the field; never a value
 */
public record Malformation(FieldPath path, String sentence) {}
