"""Ways to search a problem, one module each: a problem in, the best plan and a valid bound out; choice.py picks one."""
