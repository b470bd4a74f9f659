"""The player: puts the campaign on one screen, from watched folders, by playlists."""
