"""The operators' console: pages over the API's own endpoints, in Japanese and English."""
