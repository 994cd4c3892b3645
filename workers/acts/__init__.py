"""What people ask for beside the conversation: commands, settings, forms, the App Home, reactions. One file each."""
