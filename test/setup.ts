process.env['RLHF_KIT_PROGRESS'] = 'off';
