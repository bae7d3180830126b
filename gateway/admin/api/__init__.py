"""The operators' API: one endpoint is one value, from which route, rights and OpenAPI follow."""
