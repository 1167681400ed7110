"""The rules of the trade: values in, values out; standard library only, no session, no clock."""
