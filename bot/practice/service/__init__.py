"""What happens in practice: opening a question, answering it, looking back on the answer."""
