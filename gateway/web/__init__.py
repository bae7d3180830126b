"""The HTTP floor all rooms share: parameters, pages, languages, cookies, errors, limits."""
