// What form-js says about a field, in our sentences, which name the field.

/** form-js' `translate`: our sentence for what it says, with its values, and `{label}` left for the field. */
export const translation = (words) => (said, values = {}) => fill(words[said] ?? said, values);

/** What stands at a field: a date and a time of day have words of their own. */
export const labelOf = (field) => field?.label || field?.dateLabel || field?.timeLabel || '';

/** A sentence about one field. */
export const sentence = (said, label = '') => fill(said, { label });

/** `{name}` in a sentence becomes the value of that name; what is not given stays. */
export const fill = (said, values) =>
  said.replace(/{(\w+)}/g, (whole, name) => (values[name] === undefined ? whole : String(values[name])));
