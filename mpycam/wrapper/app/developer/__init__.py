"""The developer wrapper: runs programs for a developer, over HTTP."""
